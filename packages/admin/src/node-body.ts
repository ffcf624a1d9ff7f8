import type { Readable } from 'node:stream'
import getRawBody from 'raw-body'
import { MAX_BODY_BYTES, type Body } from './read-request.js'

/** The part of Node's IncomingMessage, as Express extends it, that is used. */
export interface NodeRequestLike {
  readonly headers: {
    readonly 'content-type'?: string | undefined
    readonly 'content-encoding'?: string | undefined
    readonly 'content-length'?: string | undefined
    readonly 'sec-fetch-site'?: string | undefined
  }
  readonly readableEnded?: boolean
  body?: unknown
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  (typeof value === 'object' && !(value instanceof Uint8Array) && Object.keys(value).length === 0)

const lengthOf = (value: unknown): number => {
  try {
    return Buffer.byteLength(JSON.stringify(value))
  } catch {
    // Nested deeper than the stack is: the schemas refuse it by its fields, as they do without a parser.
    return MAX_BODY_BYTES
  }
}

/** The body of a Node request, also where the app's own parser was there first. */
export const readNodeBody = async (request: NodeRequestLike, limit: number): Promise<Body> => {
  const { body } = request
  if (typeof body === 'string') return { kind: 'bytes', bytes: Buffer.from(body) }
  if (body instanceof Uint8Array) return { kind: 'bytes', bytes: body }
  // Parsers leave {} behind where they had nothing to do, and where they parsed {}.
  if (!isEmpty(body) || (request.readableEnded && body !== undefined))
    return { kind: 'parsed', value: body, length: lengthOf(body) }
  if (request.readableEnded) return { kind: 'bytes', bytes: Buffer.alloc(0) }
  const stream = request as unknown as Readable
  const read = await readStream(stream, limit, request.headers['content-length'])
  // What still comes is dropped, so that the sender gets to read the answer; the connection ends with it.
  stream.resume()
  return read
}

/** At most `limit` bytes of a stream; the rest is left in it. */
export const readStream = async (stream: Readable, limit: number, length?: string): Promise<Body> => {
  // Its events do not come again.
  if (stream.destroyed && !stream.readableEnded) return { kind: 'aborted' }
  try {
    const options = { limit, ...(length !== undefined && { length }) }
    return { kind: 'bytes', bytes: await getRawBody(stream, options) }
  } catch (error) {
    const tooLarge = (error as { type?: unknown }).type === 'entity.too.large'
    return tooLarge ? { kind: 'too_large' } : { kind: 'aborted' }
  }
}
