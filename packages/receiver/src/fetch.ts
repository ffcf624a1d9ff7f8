import type { Receiver } from './receiver.js'
import { abandon, readWebBody } from './read-web-body.js'
import { requireReceiver } from './require-receiver.js'

const FIX =
  'Hand fetchReceiver a request whose body nobody has read, or a clone made before: request.clone().'

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
    const readBody = (limit: number, signal: AbortSignal) => readWebBody(request, FIX, limit, signal)
    const { status, headers: sent, body } = await receiver.handle({ method, headers, readBody })
    if (sent['connection'] === 'close') abandon(request)
    return new Response(body, { status, headers: sent })
  }
}
