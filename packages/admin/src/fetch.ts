import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { accessOf, type AccessOptions } from './access.js'
import { createAdminApi, type AdminApiOptions } from './admin-api.js'
import { answer, REFUSALS, type Answer } from './answers.js'
import { requireGuards, type Guards } from './guards.js'
import { readStream } from './node-body.js'
import type { Body } from './read-request.js'
import type { ManagedDispatcher } from './route.js'

const ANSWER_FIRST_MS = 1_000

/** Decides about a request: `true` lets it in, `false` is a 403, a `Response` is the answer itself. */
export type Authorize = (request: Request) => boolean | Response | Promise<boolean | Response>

/** How the admin API is mounted behind a web-standard handler. */
export interface FetchAdminOptions extends AdminApiOptions, AccessOptions<Request> {
  /** Asked before every route; of several, all have to agree. Required; `'none'` lets anyone in. */
  readonly authorize: Authorize | Guards<Authorize>
  /** What comes before the routes in the path: `/api/webhooks`. Default: nothing. */
  readonly basePath?: string | undefined
  /** Who asks, told to the observer. */
  readonly actor?: ((request: Request) => string | null | undefined) | undefined
}

/**
 * The admin API as a web-standard handler: Next.js, Hono, Bun.
 * @throws InvalidOptionsError without `authorize`, or without a dispatcher.
 * @example
 * const handle = adminHandler(webhooks, { basePath: '/api/webhooks', authorize: (request) => isAdmin(request) })
 */
export const adminHandler = (
  dispatcher: ManagedDispatcher,
  options: FetchAdminOptions,
): ((request: Request) => Promise<Response>) => {
  const guards = requireGuards<Authorize>('adminHandler', 'authorize', options?.authorize)
  const api = createAdminApi(dispatcher, options)
  const base = (options.basePath ?? '').replace(/\/+$/, '')

  return async (request) => {
    for (const authorize of guards) {
      const allowed = await authorize(request)
      if (allowed instanceof Response) return allowed
      if (allowed !== true) return respond(answer(403, { message: 'Forbidden' }))
    }
    const { pathname, search } = new URL(request.url)
    if (pathname !== base && !pathname.startsWith(`${base}/`)) return respond(REFUSALS.notFound())
    return respond(
      await api.handle({
        method: request.method,
        path: pathname.slice(base.length) || '/',
        query: search.slice(1),
        contentType: request.headers.get('content-type') ?? undefined,
        contentEncoding: request.headers.get('content-encoding') ?? undefined,
        fetchSite: request.headers.get('sec-fetch-site') ?? undefined,
        readBody: (limit, signal) => readBody(request, limit, signal),
        actor: options.actor?.(request) ?? null,
        ...accessOf(options, request),
      }),
    )
  }
}

const readBody = async ({ body, headers }: Request, limit: number, signal: AbortSignal): Promise<Body> => {
  if (!body) return { kind: 'bytes', bytes: new Uint8Array() }
  const stream = Readable.fromWeb(body as ReadableStream)
  // What is left of it is cancelled: a body may have no end. On Node its connection goes with it: the answer goes first.
  signal.addEventListener('abort', () => void setTimeout(() => stream.destroy(), ANSWER_FIRST_MS).unref())
  const read = await readStream(stream, limit, headers.get('content-length') ?? undefined)
  stream.destroy()
  return read
}

const respond = ({ status, headers, body }: Answer): Response =>
  new Response(body === '' ? null : body, { status, headers })
