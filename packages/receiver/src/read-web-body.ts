import { after } from './deadline.js'
import type { Body } from './request.js'

const ANSWER_FIRST_MS = 1_000

/** Reads at most `limit` bytes of a web-standard request, for as long as `signal` lets it. */
export const readWebBody = async (
  { body, bodyUsed }: Request,
  fix: string,
  limit: number,
  signal: AbortSignal,
): Promise<Body> => {
  if (bodyUsed || body?.locked) return { kind: 'consumed', fix }
  if (!body) return { kind: 'bytes', bytes: '' }
  const reader = body.getReader()
  // A read that is under way rejects then.
  const release = () => reader.releaseLock()
  signal.addEventListener('abort', release)
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { kind: 'bytes', bytes: Buffer.concat(chunks) }
      length += value.length
      if (length > limit) return { kind: 'too_large' }
      chunks.push(value)
    }
  } catch {
    return { kind: 'aborted' }
  } finally {
    signal.removeEventListener('abort', release)
    release()
  }
}

/** Gives up what is left of a body, once the answer is out: on Node, a cancelled body takes its connection with it. */
export const abandon = ({ body }: Request): void => {
  after(ANSWER_FIRST_MS, () => void body?.cancel().catch(() => undefined))
}
