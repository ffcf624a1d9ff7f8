import type { LookupFunction } from 'node:net'
import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import { LRUCache } from 'lru-cache'
import { Agent } from 'undici'
import type { Reply } from '../core/reply.js'
import type { AddressGuard } from '../ports/address-guard.js'
import type { Transport, TransportRequest } from '../ports/transport.js'
import { classifyFailure, noAnswer } from './no-answer.js'
import { UndiciExchange } from './undici-exchange.js'
import { whenAborted } from './when-aborted.js'

/** Thrown inside a look-up, and recognised when it comes back as the cause of a failed request. */
class Refused extends Error {}
class Unresolved extends Error {
  readonly code = 'ENOTFOUND'
}

/** How connections are made and kept. */
export interface UndiciTransportOptions {
  /** Connections to one origin at most; requests beyond that wait, within their own deadline. Default: no limit. */
  readonly connections?: number | undefined
  /**
   * How long a connection may take to be made, look-up and TLS included, ms. A request's own deadline is usually
   * shorter; this ends what such a request leaves behind at a host that never answers. Default 30_000.
   */
  readonly connectTimeoutMs?: number | undefined
  /**
   * How long an idle connection is kept, ms. Default 4_000: shorter than the 5 s after which Node's own servers close
   * theirs. A request that still meets a connection closed under it ends as `reset` and is retried by schedule.
   */
  readonly keepAliveTimeoutMs?: number | undefined
}

/**
 * undici with keep-alive. A connection is made to the very addresses that the guard has checked; one deadline
 * covers look-up, connect, headers and body; at most 16 KiB are read, never inflated; redirects are not followed.
 * @throws InvalidOptionsError naming the option that is not a whole number from 1.
 */
export const undiciTransport = (options: UndiciTransportOptions = {}): Transport => {
  const connections = options.connections === undefined ? null : wholeNumber(options, 'connections', 0)
  const connectTimeoutMs = wholeNumber(options, 'connectTimeoutMs', 30_000)
  const keepAliveTimeoutMs = wholeNumber(options, 'keepAliveTimeoutMs', 4_000)
  const agents = new Map<AddressGuard, Agent>()

  const agentFor = (guard: AddressGuard): Agent => {
    let agent = agents.get(guard)
    if (!agent) {
      agent = new Agent({
        // The request's own deadline rules: these would only race with it.
        headersTimeout: 0,
        bodyTimeout: 0,
        connect: { timeout: connectTimeoutMs, lookup: guardedLookup(guard) },
        connections,
        pipelining: 1,
        keepAliveTimeout: keepAliveTimeoutMs,
        // A receiver may ask for longer in its Keep-Alive header; not for ever.
        keepAliveMaxTimeout: Math.max(keepAliveTimeoutMs, 30_000),
      })
      agents.set(guard, agent)
    }
    return agent
  }

  return {
    send: async (request) => send(agentFor(request.guard), request),
    close: async () => {
      const open = [...agents.values()]
      agents.clear()
      await Promise.all(open.map((agent) => agent.destroy()))
    },
  }
}

const wholeNumber = <N extends keyof UndiciTransportOptions>(
  options: UndiciTransportOptions,
  name: N,
  fallback: number,
): number => {
  const value = options[name] ?? fallback
  if (options[name] === undefined || (Number.isInteger(value) && value >= 1)) return value
  const message = `Expected a whole number from 1, got ${String(value)}`
  throw new InvalidOptionsError(`${name}: ${message}. Leave it out for the default.`, {
    issues: [{ path: name, message }],
  })
}

const guardedLookup =
  (guard: AddressGuard): LookupFunction =>
  (hostname, options, callback) => {
    guard.resolve(hostname).then(
      (verdict) => {
        if (verdict.kind === 'refused') return callback(new Refused(verdict.reason), '')
        const [first] = verdict.kind === 'allowed' ? verdict.addresses : []
        if (verdict.kind === 'unresolved' || !first) return callback(new Unresolved(), '')
        if (options.all) callback(null, [...verdict.addresses])
        else callback(null, first.address, first.family)
      },
      (error: Error) => callback(error, ''),
    )
  }

const send = (agent: Agent, request: TransportRequest): Promise<Reply> | Reply => {
  const { url, headers, body, guard, timeoutMs, signal, mayStart } = request
  const form = guard.inspect(url)
  if (form.kind === 'refused') return { kind: 'refused', error: form.reason }
  if (signal?.aborted) return { kind: 'aborted' }
  const { origin, path } = targetOf(url)
  return new Promise((resolve) => {
    const exchange = new UndiciExchange({
      done: (reply) => {
        clearTimeout(timer)
        forget?.()
        resolve(reply)
      },
      // Closing the transport under a request is this process's doing, not the receiver's.
      failure: (error) => (agent.destroyed ? { kind: 'aborted' } : failureOf(error)),
      mayStart,
    })
    const timer = setTimeout(() => exchange.endWith(noAnswer('timeout')), timeoutMs)
    const forget = signal && whenAborted(signal, () => exchange.endWith({ kind: 'aborted' }))
    agent.dispatch(
      { origin, path, method: 'POST', headers: headers as Record<string, string>, body },
      exchange,
    )
  })
}

const failureOf = (error: unknown): Reply => {
  const refusal = refusalIn(error)
  return refusal ? { kind: 'refused', error: refusal.message } : classifyFailure(error)
}

const targets = new LRUCache<string, { origin: string; path: string }>({ max: 10_000 })

/** Where a URL leads, parsed once. */
const targetOf = (url: string): { origin: string; path: string } => {
  let target = targets.get(url)
  if (!target) {
    const { origin, pathname, search } = new URL(url)
    targets.set(url, (target = { origin, path: `${pathname}${search}` }))
  }
  return target
}

const refusalIn = (error: unknown): Refused | null => {
  for (let inner = error, depth = 0; inner instanceof Error && depth < 5; inner = inner.cause, depth += 1) {
    if (inner instanceof Refused) return inner
    if (inner instanceof AggregateError) {
      const found: unknown = inner.errors.find((one: unknown) => one instanceof Refused)
      if (found instanceof Refused) return found
    }
  }
  return null
}
