import { LRUCache } from 'lru-cache'
import type { Dispatcher } from 'undici'
import type { Reply } from '../core/reply.js'
import type { Transport, TransportRequest } from '../ports/transport.js'
import { isStale } from './answer-filter.js'
import { noAnswer } from './no-answer.js'
import { UndiciAgents, type GuardAgents, type UndiciTransportOptions } from './undici-agents.js'
import { UndiciExchange } from './undici-exchange.js'
import { undiciFailure } from './undici-failure.js'
import { whenAborted } from './when-aborted.js'

export type { UndiciTransportOptions }

/**
 * undici with keep-alive. A connection is made to the very addresses that the guard has checked; one deadline
 * covers look-up, connect, headers and body; at most 16 KiB are read, never inflated; redirects are not followed.
 * @throws InvalidOptionsError naming the option that is not a whole number from 1, or no proxy.
 */
export const undiciTransport = (options: UndiciTransportOptions = {}): Transport => {
  const agents = new UndiciAgents(options)
  let closed = false
  return {
    send: async (request) => {
      const { url, guard, signal } = request
      if (closed) return { kind: 'aborted' }
      const form = guard.inspect(url)
      if (form.kind === 'refused') return { kind: 'refused', error: form.reason }
      return signal?.aborted ? { kind: 'aborted' } : send(agents.for(guard), request)
    },
    close: () => {
      closed = true
      return agents.close()
    },
  }
}

const send = (agents: GuardAgents, request: TransportRequest): Promise<Reply> => {
  const { url, headers, body, timeoutMs, signal, mayStart, mayRepeat } = request
  const target = {
    ...targetOf(url),
    method: 'POST',
    headers: headers as Record<string, string>,
    body,
  } as const
  agents.allow(timeoutMs)
  return new Promise((resolve) => {
    const done = (reply: Reply): void => {
      clearTimeout(timer)
      forget?.()
      resolve(reply)
    }
    const dispatch = (agent: Dispatcher, failed: (error: unknown) => void, ended = done): UndiciExchange => {
      const exchange = new UndiciExchange({ done: ended, failed, mayStart })
      agent.dispatch(target, exchange)
      return exchange
    }
    const repeat = (error: unknown): void => {
      const failed = (reason: unknown) => done(undiciFailure(reason))
      if (!isStale(error) || mayRepeat?.() === false) return failed(error)
      exchange = dispatch(
        agents.fresh,
        (reason) => done(asRepeated(undiciFailure(reason))),
        (reply) => done(asRepeated(reply)),
      )
    }
    const timer = setTimeout(() => exchange.endWith(noAnswer('timeout')), timeoutMs)
    const forget = signal && whenAborted(signal, () => exchange.endWith({ kind: 'aborted' }))
    let exchange = dispatch(agents.kept, repeat)
  })
}

const asRepeated = (reply: Reply): Reply =>
  reply.kind === 'response' || reply.kind === 'no_answer' ? { ...reply, repeated: true } : reply

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
