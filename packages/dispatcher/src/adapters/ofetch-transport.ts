import { ofetch } from 'ofetch'
import type { Reply } from '../core/reply.js'
import { MAX_RESPONSE_BYTES, type Transport, type TransportRequest } from '../ports/transport.js'
import { classifyFailure, noAnswer } from './no-answer.js'
import { whenAborted } from './when-aborted.js'

/**
 * The portable transport, on ofetch: for runtimes whose only client is `fetch` (Bun, Deno, edge). The guard resolves and
 * judges the name before each request, but `fetch` then resolves it again by itself: where DNS is hostile, use
 * `undiciTransport`, which connects to the address that was checked. A `fetch` also inflates what it is sent; no more
 * than 16 KiB of the outcome is read. `close` has nothing to do: `fetch` keeps its connections to itself.
 */
export const ofetchTransport = (): Transport => ({ send, close: async () => undefined })

const send = async (request: TransportRequest): Promise<Reply> => {
  const { url, guard, headers, body, timeoutMs, signal, mayStart } = request
  const form = guard.inspect(url)
  if (form.kind === 'refused') return { kind: 'refused', error: form.reason }
  if (signal?.aborted) return { kind: 'aborted' }
  const end = new AbortController()
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    end.abort()
  }, timeoutMs)
  const forget = signal && whenAborted(signal, () => end.abort())
  try {
    const verdict = await unlessAborted(guard.resolve(new URL(url).hostname), end.signal)
    if (verdict.kind === 'refused') return { kind: 'refused', error: verdict.reason }
    if (verdict.kind === 'unresolved') return noAnswer('dns')
    // As late as `fetch` lets anyone ask: it connects by itself.
    if (mayStart?.() === false) return { kind: 'aborted' }
    const response = await ofetch.raw(url, {
      method: 'POST',
      headers: { ...headers, 'accept-encoding': 'identity' },
      body,
      redirect: 'manual',
      retry: false,
      ignoreResponseError: true,
      responseType: 'stream',
      signal: end.signal,
    })
    const { text, truncated } = await read(response._data as ReadableStream<Uint8Array> | undefined)
    if (truncated) end.abort()
    const retryAfter = response.headers.get('retry-after')
    return { kind: 'response', statusCode: response.status, retryAfter, body: text, truncated }
  } catch (error) {
    if (timedOut) return noAnswer('timeout')
    return signal?.aborted ? { kind: 'aborted' } : classifyFailure(error)
  } finally {
    clearTimeout(timer)
    forget?.()
  }
}

const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  Promise.race([
    promise,
    new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
    ),
  ])

const read = async (body: ReadableStream<Uint8Array> | undefined) => {
  const reader = body?.getReader()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  let left = MAX_RESPONSE_BYTES
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true }
    if (done) return { text: text + decoder.decode(), truncated: false }
    text += decoder.decode(value.subarray(0, left), { stream: true })
    if (value.length > left) {
      // Not waited for: the caller ends the request, and with it the stream.
      void reader?.cancel().catch(() => undefined)
      return { text: text + decoder.decode(), truncated: true }
    }
    left -= value.length
  }
}
