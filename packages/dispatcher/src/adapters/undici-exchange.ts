import type { Dispatcher } from 'undici'
import type { AnswerHeaders, Reply } from '../core/reply.js'
import { BODY_DEADLINE_MS, MAX_RESPONSE_BYTES } from '../ports/transport.js'
import type { Connection } from './unseen-client.js'

/**
 * One request, as undici's `dispatch` tells of it. `undici.request` would make a stream of every answer; this keeps its
 * first bytes, which is all that is wanted. Once the header is complete, the status is the reply, however the rest ends.
 * `done` is called once, whatever comes after.
 */
export class UndiciExchange implements Dispatcher.DispatchHandler {
  readonly #done: (reply: Reply) => void
  readonly #failed: (error: unknown) => void
  readonly #mayStart: (() => boolean) | undefined
  /** What it goes over, once it has been given to one. */
  connection: Connection | null = null
  #controller: Dispatcher.DispatchController | null = null
  #over = false
  #statusCode = 0
  #retryAfter: string | null = null
  #headers: AnswerHeaders = {}
  #chunks: Buffer[] = []
  #length = 0
  #bodyTimer: NodeJS.Timeout | undefined

  /** @param failed told what undici says where no header came */
  constructor(
    done: (reply: Reply) => void,
    failed: (error: unknown) => void,
    mayStart: (() => boolean) | undefined,
  ) {
    this.#done = done
    this.#failed = failed
    this.#mayStart = mayStart
  }

  /** Nobody waits any more: undici hears of it at once, or when it has a connection. A status that is known stands. */
  endWith(reply: Reply): void {
    if (this.#over) return
    const answered = this.#statusCode > 0
    this.#finish(answered ? this.#response(true) : reply)
    this.#controller?.abort(new Error('ended'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It has a connection now, and nothing is written yet.
    this.#controller = controller
    if (this.#over) controller.abort(new Error('ended'))
    else if (this.#mayStart?.() === false) this.endWith({ kind: 'aborted' })
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: AnswerHeaders,
  ): void {
    const { 'retry-after': retryAfter } = headers
    const [first = null] = Array.isArray(retryAfter) ? retryAfter : [retryAfter]
    this.#statusCode = statusCode
    this.#headers = headers
    this.#retryAfter = typeof first === 'string' ? first : null
    this.#bodyTimer = setTimeout(() => this.#cut(), BODY_DEADLINE_MS)
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length > MAX_RESPONSE_BYTES) this.#cut()
  }

  onResponseEnd(): void {
    this.#finish(this.#response(false))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return
    if (this.#statusCode > 0) return this.#finish(this.#response(true))
    this.#over = true
    this.#failed(error)
  }

  /** The connection goes with it: what is left is never read. */
  #cut(): void {
    this.endWith({ kind: 'aborted' })
  }

  #finish(reply: Reply): void {
    if (this.#over) return
    this.#over = true
    clearTimeout(this.#bodyTimer)
    this.#done(reply)
  }

  #response(truncated: boolean): Reply {
    const [first] = this.#chunks
    const bytes = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks)
    return {
      kind: 'response',
      statusCode: this.#statusCode,
      retryAfter: this.#retryAfter,
      body: bytes.toString('utf8', 0, Math.min(this.#length, MAX_RESPONSE_BYTES)),
      truncated,
      headers: this.#headers,
      address: this.connection?.address,
    }
  }
}
