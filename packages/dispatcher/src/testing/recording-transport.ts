import type { Reply } from '../core/reply.js'
import type { Transport, TransportRequest } from '../ports/transport.js'

/** A request that was "sent". */
export interface RecordedRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** As sent, byte for byte. */
  readonly body: string
  /** The body, parsed. */
  readonly json: { id: string; event: string; timestamp: string; data: unknown }
  /** The deadline that it was sent under, ms. */
  readonly timeoutMs: number
}

/** A transport that sends nothing and remembers everything. */
export interface RecordingTransport extends Transport {
  /** In the order in which they were sent. */
  readonly requests: readonly RecordedRequest[]
}

/** What a test answers: a status, or a reply in full. */
export type Respond = (request: RecordedRequest, index: number) => Reply | number | Promise<Reply | number>

/**
 * For tests of apps: nothing leaves the process.
 * @param respond answers request number `index`; default: 200
 * @example
 * const transport = recordingTransport((request, index) => (index === 0 ? 503 : 200))
 */
export const recordingTransport = (respond: Respond = () => 200): RecordingTransport => {
  const requests: RecordedRequest[] = []
  return {
    requests,
    send: async ({ url, headers, body, timeoutMs, signal }: TransportRequest) => {
      const json = JSON.parse(body) as RecordedRequest['json']
      const request = { url, headers, body, json, timeoutMs }
      const answer = await unlessAborted(signal, respond(request, requests.push(request) - 1))
      if (typeof answer !== 'number') return answer
      return { kind: 'response', statusCode: answer, retryAfter: null, body: '', truncated: false }
    },
    close: async () => undefined,
  }
}

/** The answer, or `aborted` when the process gives the attempt up before it comes. */
const unlessAborted = async (
  signal: AbortSignal | undefined,
  answer: ReturnType<Respond>,
): Promise<Reply | number> => {
  if (!signal) return answer
  let giveUp = (): void => undefined
  const aborted = new Promise<Reply>((resolve) => (giveUp = () => resolve({ kind: 'aborted' })))
  signal.addEventListener('abort', giveUp)
  return Promise.race([answer, aborted]).finally(() => signal.removeEventListener('abort', giveUp))
}
