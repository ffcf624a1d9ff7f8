import type { Socket } from 'node:net'
import { hasBareLineFeed, readAnswerHead } from '../core/answer-head.js'
import { MAX_RESPONSE_BYTES } from '../ports/transport.js'

/** One head, as Node's own parser bounds it. */
const MAX_HEAD_BYTES = 16_384
/** All that comes before the header of the answer itself is complete. */
const MAX_BYTES_BEFORE = 65_536
const MAX_INTERIM = 100
/** After it: four times what is kept of a body. More is framing without a body. */
const MAX_BODY_WIRE_BYTES = 4 * MAX_RESPONSE_BYTES

const END_OF_HEAD = '\r\n\r\n'

/** The receiver answered, and wrongly: ends its connection. */
export class InvalidAnswer extends Error {
  constructor(readonly code: string) {
    super('Not a valid answer')
  }
}

/** A kept connection was closed, or reset, under a request before one byte of its answer. */
const stale = new WeakSet<Error>()

/** Whether a request failed with this because the kept connection that it was sent on had been given up by the other side. */
export const isStale = (error: unknown): boolean => error instanceof Error && stale.has(error)

/**
 * Stands between a connection and the parser of its client, which takes no interim answer of 100, gives up on an answer
 * that misstates its length, and reads floods of both for as long as they come. Interim answers are taken out, misstated
 * lengths mended, all of it bounded in number and bytes. What is well formed passes as it is.
 *
 * A new request is known by `bytesWritten`: clients send nothing else, and one request at a time.
 */
export const filterAnswers = <S extends Socket>(socket: S): S => {
  const filter = new AnswerFilter(socket)
  const push = socket.push.bind(socket)
  // What a connection reads enters its stream here, whoever reads the stream.
  socket.push = (chunk: unknown, encoding?: BufferEncoding) =>
    Buffer.isBuffer(chunk) ? filter.take(chunk, push) : filter.end(() => push(chunk, encoding), push)
  socket.on('error', (error: Error) => filter.mark(error))
  return socket
}

type Push = (chunk: Buffer) => boolean

class AnswerFilter {
  readonly #socket: Socket
  #written: number
  #served = 0
  #inHead = false
  #interim = 0
  #bytes = 0
  /** The beginning of a head. */
  #held: Buffer | null = null

  constructor(socket: Socket) {
    this.#socket = socket
    this.#written = socket.bytesWritten
  }

  /** Bytes from the other side. */
  take(chunk: Buffer, push: Push): boolean {
    if (this.#socket.bytesWritten !== this.#written) this.#begin()
    this.#bytes += chunk.length
    if (this.#inHead) return this.#readHeads(chunk, push)
    // Unsolicited bytes are the client's to refuse.
    if (this.#served > 0 && this.#bytes > MAX_BODY_WIRE_BYTES) return this.#cut('BODY_TOO_LONG')
    return push(chunk)
  }

  /** The other side has ended. */
  end(pushEnd: () => boolean, push: Push): boolean {
    if (this.#isStale) {
      const error = Object.assign(new Error('other side closed'), { code: 'ECONNRESET' })
      this.#socket.destroy(error)
      return false
    }
    if (this.#held) push(this.#held)
    return pushEnd()
  }

  /** The connection broke. */
  mark(error: Error): void {
    if (this.#isStale) stale.add(error)
  }

  /** A request was written, not the first one, and nothing has come for it. */
  get #isStale(): boolean {
    return this.#served > 0 && this.#socket.bytesWritten !== this.#written
  }

  #begin(): void {
    this.#written = this.#socket.bytesWritten
    this.#served += 1
    this.#inHead = true
    this.#interim = 0
    this.#bytes = 0
    this.#held = null
  }

  #readHeads(chunk: Buffer, push: Push): boolean {
    let rest = this.#held ? Buffer.concat([this.#held, chunk]) : chunk
    this.#held = null
    while (rest.length > 0) {
      const end = rest.indexOf(END_OF_HEAD)
      if (end < 0) return this.#hold(rest, push)
      const length = end + END_OF_HEAD.length
      const head = readAnswerHead(rest.toString('latin1', 0, length))
      if (head.kind === 'invalid') return this.#cut(head.code)
      if (head.kind === 'final') return this.#pass(rest, length, head.mended, push)
      this.#interim += 1
      if (this.#interim > MAX_INTERIM || this.#bytes > MAX_BYTES_BEFORE)
        return this.#cut('TOO_MANY_INTERIM_ANSWERS')
      rest = rest.subarray(length)
    }
    return true
  }

  #pass(bytes: Buffer, length: number, mended: string | null, push: Push): boolean {
    this.#inHead = false
    this.#bytes = bytes.length - length
    if (mended === null) return push(bytes)
    return push(Buffer.concat([Buffer.from(mended, 'latin1'), bytes.subarray(length)]))
  }

  /** The rest of the head is still to come, if this is one. */
  #hold(bytes: Buffer, push: Push): boolean {
    if (bytes.length > MAX_HEAD_BYTES || this.#bytes > MAX_BYTES_BEFORE) return this.#cut('HEAD_TOO_LONG')
    if (isHttp(bytes) && !hasBareLineFeed(bytes.toString('latin1'))) {
      this.#held = bytes
      return true
    }
    // The parser says what is wrong with it.
    this.#inHead = false
    return push(bytes)
  }

  #cut(code: string): boolean {
    this.#socket.destroy(new InvalidAnswer(code))
    return false
  }
}

const isHttp = (bytes: Buffer): boolean => 'HTTP/'.startsWith(bytes.toString('latin1', 0, 5))
