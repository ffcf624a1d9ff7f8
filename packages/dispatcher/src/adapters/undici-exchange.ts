import type { Dispatcher } from 'undici'
import type { Reply } from '../core/reply.js'
import { MAX_RESPONSE_BYTES } from '../ports/transport.js'

/**
 * One request, as undici's `dispatch` tells of it. `undici.request` would make a stream of every answer; this keeps its
 * first bytes, which is all that is wanted. `done` is called once, whatever comes after.
 */
export class UndiciExchange implements Dispatcher.DispatchHandler {
  readonly #done: (reply: Reply) => void
  readonly #failure: (error: unknown) => Reply
  readonly #mayStart: () => boolean
  #controller: Dispatcher.DispatchController | null = null
  #over = false
  #statusCode = 0
  #retryAfter: string | null = null
  #chunks: Buffer[] = []
  #length = 0

  constructor(input: {
    done: (reply: Reply) => void
    /** What an error of undici's means. */
    failure: (error: unknown) => Reply
    mayStart: (() => boolean) | undefined
  }) {
    this.#done = input.done
    this.#failure = input.failure
    this.#mayStart = input.mayStart ?? (() => true)
  }

  /** Nobody waits any more: undici hears of it at once, or when it has a connection. */
  endWith(reply: Reply): void {
    if (this.#finish(reply)) this.#controller?.abort(new Error('ended'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It has a connection now, and nothing is written yet.
    this.#controller = controller
    if (this.#over) controller.abort(new Error('ended'))
    else if (!this.#mayStart()) this.endWith({ kind: 'aborted' })
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Readonly<Record<string, unknown>>,
  ): void {
    // Interim answers, like 103, come here too; the last one counts.
    const retryAfter = headers['retry-after']
    this.#statusCode = statusCode
    this.#retryAfter = typeof retryAfter === 'string' ? retryAfter : null
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    // The connection goes with it: what is left is never read.
    if (this.#length > MAX_RESPONSE_BYTES) this.endWith(this.#response())
  }

  onResponseEnd(): void {
    this.#finish(this.#response())
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#finish(this.#failure(error))
  }

  #finish(reply: Reply): boolean {
    if (this.#over) return false
    this.#over = true
    this.#done(reply)
    return true
  }

  #response(): Reply {
    const [first] = this.#chunks
    const bytes = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    return {
      kind: 'response',
      statusCode: this.#statusCode,
      retryAfter: this.#retryAfter,
      body: bytes.toString('utf8', 0, Math.min(this.#length, MAX_RESPONSE_BYTES)),
      truncated: this.#length > MAX_RESPONSE_BYTES,
    }
  }
}
