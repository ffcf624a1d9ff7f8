import { after } from './deadline.js'
import type { Receiver } from './receiver.js'
import type { Body } from './request.js'
import { requireReceiver } from './require-receiver.js'

const FIX =
  'Hand fetchReceiver a request whose body nobody has read, or a clone made before: request.clone().'
const ANSWER_FIRST_MS = 1_000

/**
 * A web-standard handler around a receiver: Next.js, Hono, Bun, Deno.
 * @throws InvalidOptionsError without a receiver.
 * @example
 * export const POST = fetchReceiver(receiver)
 */
export const fetchReceiver = (receiver: Receiver): ((request: Request) => Promise<Response>) => {
  requireReceiver('fetchReceiver', receiver)
  return async (request) => {
    const { method, headers } = request
    const readBody = (limit: number, signal: AbortSignal) => readWebBody(request, limit, signal)
    const { status, headers: sent, body } = await receiver.handle({ method, headers, readBody })
    if (sent['connection'] === 'close') abandon(request)
    return new Response(body, { status, headers: sent })
  }
}

/** Reads at most `limit` bytes, for as long as `signal` lets it. */
const readWebBody = async (
  { body, bodyUsed }: Request,
  limit: number,
  signal: AbortSignal,
): Promise<Body> => {
  if (bodyUsed || body?.locked) return { kind: 'consumed', fix: FIX }
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
const abandon = ({ body }: Request): void => {
  after(ANSWER_FIRST_MS, () => void body?.cancel().catch(() => undefined))
}
