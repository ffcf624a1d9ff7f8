import { createFetch } from 'ofetch'
import { asRepeated, type Reply } from '../core/reply.js'
import {
  BODY_DEADLINE_MS,
  MAX_RESPONSE_BYTES,
  type Transport,
  type TransportRequest,
} from '../ports/transport.js'
import { runtimeFetch, type FetchClient } from './fetch-client.js'
import { noAnswer } from './no-answer.js'
import { unlessAborted, whenAborted } from './when-aborted.js'

/**
 * The portable transport, on ofetch: for runtimes whose only client is `fetch` (Bun, Deno, edge). There the guard resolves
 * and judges the name before each request, but `fetch` then resolves it again by itself, and what of an answer it takes is
 * its own affair. On Node it is undici's `fetch`, over connections to the addresses that were checked. A `fetch` inflates what
 * it is sent; no more than 16 KiB of the outcome is read.
 */
export const ofetchTransport = (): Transport => {
  let client: Promise<FetchClient> | null = null
  let closed = false
  return {
    send: async (request) => {
      if (closed || request.signal?.aborted) return { kind: 'aborted' }
      const form = request.guard.inspect(request.url)
      if (form.kind === 'refused') return { kind: 'refused', error: form.reason }
      return send(await (client ??= fetchClient()), request)
    },
    close: async () => {
      closed = true
      await (await client)?.close()
    },
  }
}

const fetchClient = async (): Promise<FetchClient> => {
  const { versions } =
    (globalThis as { process?: { versions?: Record<string, string | undefined> } }).process ?? {}
  const isNode = versions?.['node'] !== undefined && !versions['bun'] && !versions['deno']
  // Loaded there alone: other runtimes have no sockets for it.
  return isNode ? (await import('./undici-fetch.js')).undiciFetch() : runtimeFetch
}

/** One deadline, whatever is waited for: look-up, connection, header, body, a repeat. */
const send = async (client: FetchClient, request: TransportRequest): Promise<Reply> => {
  const { timeoutMs, signal, mayRepeat } = request
  const end = new AbortController()
  let ended: Reply = { kind: 'aborted' }
  const timer = setTimeout(() => {
    ended = noAnswer('timeout')
    end.abort()
  }, timeoutMs)
  const forget = signal && whenAborted(signal, () => end.abort())
  const attempt = async (connection: 'kept' | 'fresh') => {
    try {
      return await exchange(client, request, connection, end.signal)
    } catch (error) {
      if (end.signal.aborted) return ended
      if (connection === 'kept' && client.isStale(error) && mayRepeat?.() !== false) return null
      return client.failure(error)
    }
  }
  try {
    return (await attempt('kept')) ?? asRepeated((await attempt('fresh')) ?? ended)
  } finally {
    clearTimeout(timer)
    forget?.()
    // Whatever was not read goes, and the connection with it; after an answer that was read it changes nothing.
    end.abort()
  }
}

const exchange = async (
  client: FetchClient,
  request: TransportRequest,
  connection: 'kept' | 'fresh',
  signal: AbortSignal,
): Promise<Reply> => {
  const prepared = await unlessAborted(client.prepare(request, connection), signal)
  if ('kind' in prepared) return prepared
  const { fetch, head } = prepared
  try {
    const response = await createFetch({ fetch, Headers, AbortController }).raw(request.url, {
      method: 'POST',
      headers: { ...request.headers, 'accept-encoding': 'identity' },
      body: request.body,
      redirect: 'manual',
      retry: false,
      ignoreResponseError: true,
      responseType: 'stream',
      signal,
    })
    const retryAfter = head()?.retryAfter ?? response.headers.get('retry-after')
    const { text, truncated } = await read(response._data as ReadableStream<Uint8Array> | undefined, signal)
    return { kind: 'response', statusCode: response.status, retryAfter, body: text, truncated }
  } catch (error) {
    const known = head()
    if (!known) throw error
    return { kind: 'response', ...known, body: '', truncated: true }
  }
}

/** What comes of a body within its bounds: it never decides anything. */
const read = async (body: ReadableStream<Uint8Array> | undefined, signal: AbortSignal) => {
  const reader = body?.getReader()
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let text = ''
  let left = MAX_RESPONSE_BYTES
  const end = new AbortController()
  const timer = setTimeout(() => end.abort(), BODY_DEADLINE_MS)
  const forget = whenAborted(signal, () => end.abort())
  try {
    for (;;) {
      const { done, value } = (await (reader && unlessAborted(reader.read(), end.signal))) ?? { done: true }
      if (done) return { text: text + decoder.decode(), truncated: false }
      text += decoder.decode(value.subarray(0, left), { stream: true })
      if (value.length > left) break
      left -= value.length
    }
  } catch {
    // It broke, or took too long: what there is of it is kept.
  } finally {
    clearTimeout(timer)
    forget()
  }
  // Not waited for: the caller ends the request, and with it the stream.
  void reader?.cancel().catch(() => undefined)
  return { text: text + decoder.decode(), truncated: true }
}
