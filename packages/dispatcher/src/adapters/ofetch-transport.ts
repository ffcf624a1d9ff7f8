import { ofetch } from 'ofetch'
import type { Reply } from '../core/reply.js'
import { MAX_RESPONSE_BYTES, type Transport, type TransportRequest } from '../ports/transport.js'
import { classifyFailure, noAnswer } from './no-answer.js'

/**
 * The portable transport, on ofetch: for runtimes whose only client is `fetch` (Bun, Deno, edge). The guard resolves and
 * judges the name before each request, but `fetch` then resolves it again by itself: where DNS is hostile, use
 * `undiciTransport`, which connects to the address that was checked. A `fetch` also inflates what it is sent.
 */
export const ofetchTransport = (): Transport => ({ send, close: async () => undefined })

const send = async (request: TransportRequest): Promise<Reply> => {
  const { url, guard, headers, body, timeoutMs, signal } = request
  const form = guard.inspect(url)
  if (form.kind === 'refused') return { kind: 'refused', error: form.reason }
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    const verdict = await withinSignal(guard.resolve(new URL(url).hostname), deadline)
    if (verdict.kind === 'refused') return { kind: 'refused', error: verdict.reason }
    if (verdict.kind === 'unresolved') return noAnswer('dns')
    const response = await ofetch.raw(url, {
      method: 'POST',
      headers: { ...headers, 'accept-encoding': 'identity' },
      body,
      redirect: 'manual',
      retry: false,
      ignoreResponseError: true,
      responseType: 'stream',
      signal: signal ? AbortSignal.any([deadline, signal]) : deadline,
    })
    const { text, truncated } = await read(response._data as ReadableStream<Uint8Array> | undefined)
    const retryAfter = response.headers.get('retry-after')
    return { kind: 'response', statusCode: response.status, retryAfter, body: text, truncated }
  } catch (error) {
    if (signal?.aborted) return { kind: 'aborted' }
    return deadline.aborted ? noAnswer('timeout') : classifyFailure(error)
  }
}

const withinSignal = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    promise,
    new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new Error('deadline')), { once: true }),
    ),
  ])

const read = async (body: ReadableStream<Uint8Array> | undefined) => {
  const reader = body?.getReader()
  const chunks: Uint8Array[] = []
  let length = 0
  while (reader && length <= MAX_RESPONSE_BYTES) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value)
    length += value.length
  }
  const truncated = length > MAX_RESPONSE_BYTES
  if (truncated) await reader?.cancel()
  return { text: Buffer.concat(chunks).toString('utf8', 0, Math.min(length, MAX_RESPONSE_BYTES)), truncated }
}
