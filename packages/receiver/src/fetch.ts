import { REFUSALS, type Answer } from './answers.js'
import type { Receiver } from './receiver.js'
import { requireReceiver } from './require-receiver.js'

/**
 * A web-standard handler around a receiver: Next.js, Hono, Bun, Deno.
 * @throws InvalidOptionsError without a receiver.
 * @example
 * export const POST = fetchReceiver(receiver)
 */
export const fetchReceiver = (receiver: Receiver): ((request: Request) => Promise<Response>) => {
  const { verification } = requireReceiver('fetchReceiver', receiver)
  return async (request) => {
    const headers = Object.fromEntries(request.headers)
    const { method } = request
    if (request.bodyUsed) return respond(verification.misconfigured())
    const encoded = (headers['content-encoding'] ?? 'identity') !== 'identity'
    const body = method === 'POST' && !encoded ? await read(request, verification.maxBodyBytes) : ''
    if (body === 'too_large') return respond(REFUSALS.tooLarge)
    if (body === 'aborted') return respond(REFUSALS.malformed)
    return respond(await receiver.handle({ method, headers, body }))
  }
}

const respond = ({ status, headers, body }: Answer): Response => new Response(body, { status, headers })

/** At most `limit` bytes; what is beyond is not read. */
const read = async (request: Request, limit: number): Promise<Uint8Array | 'too_large' | 'aborted'> => {
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    while (reader) {
      const { done, value } = await reader.read()
      if (done) break
      length += value.length
      if (length > limit) {
        await reader.cancel()
        return 'too_large'
      }
      chunks.push(value)
    }
  } catch {
    return 'aborted'
  }
  return Buffer.concat(chunks)
}
