import { LRUCache } from 'lru-cache'
import type { Dispatcher } from 'undici'
import { asRepeated, type Reply } from '../core/reply.js'
import type { Transport, TransportRequest } from '../ports/transport.js'
import { isStale } from './answer-filter.js'
import { noAnswer } from './no-answer.js'
import { UndiciAgents, type GuardAgents, type UndiciTransportOptions } from './undici-agents.js'
import { UndiciExchange } from './undici-exchange.js'
import { undiciFailure } from './undici-failure.js'
import { whenAborted } from './when-aborted.js'
import type { ToldOptions } from './unseen-client.js'

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
    // What is thrown here rejects: a promise of an `async` function around another is one more to make, and to wait for.
    send: (request) =>
      new Promise((resolve) => {
        const { url, guard, signal } = request
        const form = closed ? null : guard.inspect(url)
        if (form?.kind === 'refused') resolve({ kind: 'refused', error: form.reason })
        else if (!form || signal?.aborted) resolve({ kind: 'aborted' })
        else send(agents.for(guard), request, resolve)
      }),
    close: () => {
      closed = true
      return agents.close()
    },
  }
}

const send = (agents: GuardAgents, request: TransportRequest, resolve: (reply: Reply) => void): void => {
  const { timeoutMs, signal } = request
  agents.allow(timeoutMs)
  const done = (reply: Reply): void => {
    clearTimeout(timer)
    forget?.()
    resolve(reply)
  }
  const failed = (error: unknown): void => {
    if (isStale(error) && request.mayRepeat?.() !== false) exchange = repeat(agents, request, done)
    else done(at(exchange, undiciFailure(error)))
  }
  const timer = setTimeout(() => exchange.endWith(at(exchange, noAnswer('timeout'))), timeoutMs)
  const forget = signal && whenAborted(signal, () => exchange.endWith({ kind: 'aborted' }))
  let exchange = new UndiciExchange(done, failed, request.mayStart)
  dispatch(agents.kept, request, exchange)
}

const repeat = (
  agents: GuardAgents,
  request: TransportRequest,
  done: (reply: Reply) => void,
): UndiciExchange => {
  const noted = (reply: Reply): void => done(asRepeated(reply))
  const exchange: UndiciExchange = new UndiciExchange(
    noted,
    (error) => noted(at(exchange, undiciFailure(error))),
    request.mayStart,
  )
  dispatch(agents.fresh, request, exchange)
  return exchange
}

/** Says where it went. */
const at = ({ connection }: UndiciExchange, reply: Reply): Reply =>
  reply.kind === 'no_answer' && connection ? { ...reply, address: connection.address } : reply

// Written out: copying a record costs more than all the rest of this.
const dispatch = (
  agent: Dispatcher,
  { url, headers, body }: TransportRequest,
  exchange: UndiciExchange,
): void => {
  const { origin, path } = targetOf(url)
  const given = headers as Record<string, string>
  const options: ToldOptions = { origin, path, method: 'POST', headers: given, body, toldOf: exchange }
  agent.dispatch(options, exchange)
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
