import { Readable } from 'node:stream'
import { accessOf, type AccessOptions } from './access.js'
import { createAdminApi, type AdminApiOptions } from './admin-api.js'
import { closing, REFUSALS } from './answers.js'
import { requireGuards, type Guards } from './guards.js'
import { readStream } from './node-body.js'
import type { ManagedDispatcher } from './route.js'

interface RequestLike {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

interface ReplyLike {
  code(status: number): ReplyLike
  headers(values: Readonly<Record<string, string>>): ReplyLike
  send(body: string): unknown
}

/** The part of a Fastify instance (5) that is used. */
export interface FastifyLike {
  readonly prefix: string
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    parser: (request: unknown, payload: unknown, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  addHook(name: 'onRequest', hook: FastifyGuard): unknown
  setErrorHandler(handler: (error: { code?: string }, request: unknown, reply: ReplyLike) => unknown): unknown
  route(options: {
    method: string[]
    url: string
    handler: (request: RequestLike, reply: ReplyLike) => Promise<unknown>
  }): unknown
}

/** An `onRequest` hook: it answers or throws, or lets the request go on. */
// Apps type their guards by their own requests.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type FastifyGuard = (request: any, reply: any, done: any) => unknown

/** How the admin API is mounted in Fastify; `prefix` is Fastify's own. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface FastifyAdminOptions extends AdminApiOptions, AccessOptions<any> {
  /** What `createDispatcher` gave. */
  readonly dispatcher: ManagedDispatcher
  /** `onRequest` hooks that run before every route, before the body is read. Required; `'none'` lets anyone in. */
  readonly guards: Guards<FastifyGuard>
  /** Who asks, told to the observer: `(request) => request.user.id`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly actor?: ((request: any) => string | null | undefined) | undefined
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/**
 * The admin API as a Fastify plugin (5). Encapsulated: its body parser and its guards apply to its own routes alone.
 * @throws InvalidOptionsError without guards, or without a dispatcher.
 * @example
 * await app.register(adminPlugin, { dispatcher: webhooks, prefix: '/api/webhooks', guards: [app.authenticate] })
 */
export const adminPlugin = async (app: FastifyLike, options: FastifyAdminOptions): Promise<void> => {
  const guards = requireGuards<FastifyGuard>('adminPlugin', 'guards', options?.guards)
  const api = createAdminApi(options.dispatcher, options)
  for (const guard of guards) app.addHook('onRequest', guard)
  app.removeAllContentTypeParsers()
  // The stream itself is the body: Fastify's own reading has no deadline.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.setErrorHandler((error, _request, reply) => {
    // What the guards throw is the app's to answer.
    if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error
    const { status, headers, body } = closing(REFUSALS.unsupportedType())
    return reply.code(status).headers(headers).send(body)
  })

  // A prefix may have parameters, or come with % escapes: what is sent has as many segments, not as many characters.
  const depth = app.prefix.replace(/\/+$/, '').split('/').length
  const below = (path: string) => `/${path.split('/').slice(depth).join('/')}`

  const handler = async (request: RequestLike, reply: ReplyLike): Promise<unknown> => {
    const { method, url, headers, body: payload } = request
    const mark = url.indexOf('?')
    const {
      status,
      headers: sent,
      body: text,
    } = await api.handle({
      method,
      path: below(mark < 0 ? url : url.slice(0, mark)),
      query: mark < 0 ? '' : url.slice(mark + 1),
      contentType: one(headers['content-type']),
      contentEncoding: one(headers['content-encoding']),
      fetchSite: one(headers['sec-fetch-site']),
      readBody: async (limit) =>
        payload instanceof Readable
          ? readStream(payload, limit, one(headers['content-length']))
          : { kind: 'bytes', bytes: Buffer.alloc(0) },
      actor: options.actor?.(request) ?? null,
      ...accessOf(options, request),
    })
    return reply.code(status).headers(sent).send(text)
  }
  for (const url of ['/', '/*']) app.route({ method: METHODS, url, handler })
}

const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value
