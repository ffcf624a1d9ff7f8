import { MAX_BODY_BYTES, type Body } from './read-request.js'

/** Reads at most `limit` bytes of a request; after `signal` nobody waits for it any more. */
export type ReadBody = (limit: number, signal: AbortSignal) => Promise<Body>

/** The body of one request, under one deadline. */
export interface BodyReader {
  /** The body; asked for again, the same. */
  read(): Promise<Body>
  /** Whether nothing is left of it in its connection, where the next request would wait behind it. Reads it if nobody did. */
  isGone(): Promise<boolean>
}

/** Gives all of a body `timeoutMs`. */
export const bodyReader = (readBody: ReadBody, timeoutMs: number): BodyReader => {
  let body: Promise<Body> | undefined
  const read = (): Promise<Body> => (body ??= within(timeoutMs, (signal) => readBody(MAX_BODY_BYTES, signal)))
  return {
    read,
    isGone: async () => {
      const { kind } = await read().catch(() => ({ kind: 'aborted' }))
      return kind === 'bytes' || kind === 'parsed'
    },
  }
}

const within = async (ms: number, read: (signal: AbortSignal) => Promise<Body>): Promise<Body> => {
  const controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Body>((resolve) => {
    timer = setTimeout(() => {
      resolve({ kind: 'timed_out' })
      controller.abort()
    }, ms)
  })
  try {
    return await Promise.race([read(controller.signal), late])
  } finally {
    clearTimeout(timer)
  }
}
