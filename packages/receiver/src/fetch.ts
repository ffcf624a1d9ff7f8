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
    return respond(body === null ? REFUSALS.tooLarge : await receiver.handle({ method, headers, body }))
  }
}

const respond = ({ status, headers, body }: Answer): Response => new Response(body, { status, headers })

/** At most `limit` bytes; `null` when there are more, which are not read. */
const read = async (request: Request, limit: number): Promise<Uint8Array | null> => {
  const reader = request.body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  while (reader) {
    const { done, value } = await reader.read()
    if (done) break
    length += value.length
    if (length > limit) {
      await reader.cancel()
      return null
    }
    chunks.push(value)
  }
  return Buffer.concat(chunks)
}
