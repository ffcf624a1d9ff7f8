import type { Reply } from '../core/reply.js'
import type { TransportRequest } from '../ports/transport.js'
import { classifyFailure, noAnswer } from './no-answer.js'

/** What is known of an answer once its header is complete. */
export interface AnswerHead {
  readonly statusCode: number
  readonly retryAfter: string | null
}

/** What `fetch` is made of, for one request. */
export interface PreparedFetch {
  readonly fetch: typeof fetch
  /** The head of the answer, as soon as it has come, also where `fetch` keeps it to itself; `null` where that is not known. */
  readonly head: () => AnswerHead | null
}

/** Where a `fetch` comes from, and what its failures mean. */
export interface FetchClient {
  /** A `fetch` that goes where the guard lets it; a reply when it lets it nowhere, or `mayStart` says no. */
  prepare(request: TransportRequest, connection: 'kept' | 'fresh'): Promise<PreparedFetch | Reply>
  failure(error: unknown): Reply
  /** The kept connection had been closed before one byte of an answer. */
  isStale(error: unknown): boolean
  close(): Promise<void>
}

/** The runtime's own `fetch`. It resolves names again by itself, after the guard has judged them. */
export const runtimeFetch: FetchClient = {
  prepare: async ({ guard, url, mayStart }) => {
    const verdict = await guard.resolve(new URL(url).hostname)
    if (verdict.kind === 'refused') return { kind: 'refused', error: verdict.reason }
    if (verdict.kind === 'unresolved') return noAnswer('dns', verdict.reason)
    // As late as it lets anyone ask: it connects by itself.
    if (mayStart?.() === false) return { kind: 'aborted' }
    return { fetch: globalThis.fetch, head: () => null }
  },
  failure: classifyFailure,
  isStale: () => false,
  close: async () => undefined,
}
