import { EventEmitter } from 'node:events'
import type { LookupFunction } from 'node:net'
import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import { LRUCache } from 'lru-cache'
import { Agent, type Dispatcher } from 'undici'
import type { Reply } from '../core/reply.js'
import type { AddressGuard } from '../ports/address-guard.js'
import { MAX_RESPONSE_BYTES, type Transport, type TransportRequest } from '../ports/transport.js'
import { classifyFailure, noAnswer } from './no-answer.js'
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
 * undici's `request` with keep-alive. A connection is made to the very addresses that the guard has checked; one deadline
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
  const { url, guard, timeoutMs, signal } = request
  const form = guard.inspect(url)
  if (form.kind === 'refused') return { kind: 'refused', error: form.reason }
  if (signal?.aborted) return { kind: 'aborted' }
  // undici takes an emitter for a signal; it costs a fraction of an AbortController.
  const end = new EventEmitter()
  return new Promise((resolve) => {
    const finish = (reply: Reply): void => {
      clearTimeout(timer)
      forget?.()
      resolve(reply)
    }
    // undici hears of an end only once it has a connection: whoever waits must not wait for that.
    const endWith = (reply: Reply): void => {
      finish(reply)
      end.emit('abort')
    }
    const timer = setTimeout(() => endWith(noAnswer('timeout')), timeoutMs)
    const forget = signal && whenAborted(signal, () => endWith({ kind: 'aborted' }))
    void exchange(agent, request, end).then(finish)
  })
}

/** The request itself. Once `end` has spoken nobody waits for the outcome any more. */
const exchange = async (agent: Agent, request: TransportRequest, end: EventEmitter): Promise<Reply> => {
  const { url, headers, body } = request
  try {
    const response = await agent.request({
      ...targetOf(url),
      method: 'POST',
      headers: headers as Record<string, string>,
      body,
      signal: end,
    })
    return await read(response)
  } catch (error) {
    // Closing the transport under a request is this process's doing, not the receiver's.
    if (agent.destroyed) return { kind: 'aborted' }
    const refusal = refusalIn(error)
    return refusal ? { kind: 'refused', error: refusal.message } : classifyFailure(error)
  }
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

const read = async ({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Reply> => {
  const retryAfter = typeof headers['retry-after'] === 'string' ? headers['retry-after'] : null
  // The parser holds a body to its declared length: a short one can be read in one go.
  if (Number(headers['content-length'] ?? Infinity) <= MAX_RESPONSE_BYTES)
    return { kind: 'response', statusCode, retryAfter, body: await body.text(), truncated: false }
  const chunks: Buffer[] = []
  let length = 0
  let truncated = false
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    // Leaving the loop destroys the body, and with it the connection: what is left is never read.
    if ((truncated = length > MAX_RESPONSE_BYTES)) break
  }
  const [first] = chunks
  const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks)
  const text = bytes.toString('utf8', 0, Math.min(length, MAX_RESPONSE_BYTES))
  return { kind: 'response', statusCode, retryAfter, body: text, truncated }
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
