import { isUint8Array } from 'node:util/types'
import type { Body, StreamedRequest } from './request.js'

/** The part of a Node stream that is used. */
export interface NodeStreamLike {
  readonly destroyed?: boolean
  readonly readableEnded?: boolean
  readonly readableDidRead?: boolean
  on(event: string, listener: (chunk: Uint8Array) => void): unknown
  off(event: string, listener: (chunk: Uint8Array) => void): unknown
  resume(): unknown
}

/** The part of Node's IncomingMessage, as Express extends it, that is used. */
export interface NodeRequestLike extends NodeStreamLike {
  readonly method?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** What a parser left. */
  body?: unknown
  /** The signed bytes, where something kept them. */
  rawBody?: unknown
}

/** A Node request as the receiver takes it. `fix`: what to do in this framework about a body that was read before. */
export const fromNode = (request: NodeRequestLike, fix: string): StreamedRequest => ({
  method: request.method ?? '',
  headers: request.headers,
  readBody: async (limit, signal) =>
    bodyAtHand(request.rawBody ?? request.body, fix) ?? readNodeBody(request, fix, limit, signal),
})

/** What a parser left: bytes, their text, or what cannot be verified any more; `null`: nothing. */
export const bodyAtHand = (left: unknown, fix: string): Body | null => {
  if (typeof left === 'string' || isUint8Array(left)) return { kind: 'bytes', bytes: left }
  return isParsed(left) ? { kind: 'consumed', fix } : null
}

/** Express 4 parsers leave `{}` behind when they had nothing to do. */
const isParsed = (body: unknown): boolean =>
  body !== undefined && body !== null && !(typeof body === 'object' && Object.keys(body).length === 0)

/** Reads at most `limit` bytes of a stream; what comes then, or after `signal`, is dropped until the connection ends. */
export const readNodeBody = async (
  stream: NodeStreamLike,
  fix: string,
  limit: number,
  signal: AbortSignal,
): Promise<Body> => {
  if (stream.readableEnded) return { kind: 'consumed', fix }
  // Events that were missed do not come again: whoever waits for them waits for ever.
  if (stream.destroyed) return { kind: 'aborted' }
  if (stream.readableDidRead) return { kind: 'consumed', fix }
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const finish = (body: Body) => {
      for (const [event, listener] of Object.entries(listeners)) stream.off(event, listener)
      signal.removeEventListener('abort', onAborted)
      stream.resume()
      resolve(body)
    }
    const onAborted = () => finish({ kind: 'aborted' })
    const listeners = {
      data: (chunk: Uint8Array) => {
        length += chunk.length
        if (length > limit) finish({ kind: 'too_large' })
        else chunks.push(chunk)
      },
      end: () => finish({ kind: 'bytes', bytes: Buffer.concat(chunks) }),
      error: onAborted,
      close: onAborted,
    }
    signal.addEventListener('abort', onAborted)
    for (const [event, listener] of Object.entries(listeners)) stream.on(event, listener)
  })
}
