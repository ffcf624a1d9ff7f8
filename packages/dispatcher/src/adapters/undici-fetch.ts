import { DecoratorHandler, fetch, type Dispatcher } from 'undici'
import type { TransportRequest } from '../ports/transport.js'
import { isStale } from './answer-filter.js'
import type { AnswerHead, FetchClient, PreparedFetch } from './fetch-client.js'
import { UndiciAgents } from './undici-agents.js'
import { undiciFailure } from './undici-failure.js'

/** Where `mayStart` said no. */
class NotStarted extends Error {}

/**
 * Node's `fetch`, as undici has it, over connections like those of `undiciTransport`: to addresses that were checked, behind
 * the same filter. Node's built-in one takes no answer that begins with a 100, and no advice on where to connect.
 */
export const undiciFetch = (): FetchClient => {
  const agents = new UndiciAgents({})
  return {
    prepare: async (request, connection) => {
      const own = agents.for(request.guard)
      own.allow(request.timeoutMs)
      return noted(own[connection], request)
    },
    failure: (error) =>
      causesOf(error).some((one) => one instanceof NotStarted) ? { kind: 'aborted' } : undiciFailure(error),
    isStale: (error) => causesOf(error).some(isStale),
    close: () => agents.close(),
  }
}

/** A `fetch` whose answer's head is noted: it would hide a 407, and send again by itself after a 421. */
const noted = (agent: Dispatcher, { mayStart }: TransportRequest): PreparedFetch => {
  let head: AnswerHead | null = null
  class Noting extends DecoratorHandler {
    readonly #inner: Dispatcher.DispatchHandler

    constructor(inner: Dispatcher.DispatchHandler) {
      super(inner)
      this.#inner = inner
    }

    onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
      if (mayStart?.() === false) controller.abort(new NotStarted())
      else this.#inner.onRequestStart?.(controller, context)
    }

    onResponseStart(
      controller: Dispatcher.DispatchController,
      statusCode: number,
      headers: Record<string, string | string[]>,
      statusMessage?: string,
    ): void {
      const { 'retry-after': retryAfter = null } = headers
      head = { statusCode, retryAfter: Array.isArray(retryAfter) ? (retryAfter[0] ?? null) : retryAfter }
      this.#inner.onResponseStart?.(controller, statusCode, headers, statusMessage)
    }
  }
  const dispatcher = agent.compose((dispatch) => (options, handler) => {
    if (head) throw new Error('It was answered')
    return dispatch(options, new Noting(handler))
  })
  return {
    fetch: ((url: string, init: object) =>
      fetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch,
    head: () => head,
  }
}

const causesOf = (error: unknown, depth = 0): Error[] =>
  error instanceof Error && depth < 5 ? [error, ...causesOf(error.cause, depth + 1)] : []
