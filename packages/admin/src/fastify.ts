import { createAdminApi, type AdminApiOptions } from './admin-api.js'
import { REFUSALS, type Answer } from './answers.js'
import { requireGuards, type Guards } from './guards.js'
import { MAX_BODY_BYTES } from './read-request.js'
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
    options: { parseAs: 'buffer' },
    parser: (request: unknown, body: Buffer, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  addHook(name: 'onRequest', hook: FastifyGuard): unknown
  setErrorHandler(handler: (error: { code?: string }, request: unknown, reply: ReplyLike) => unknown): unknown
  route(options: {
    method: string[]
    url: string
    bodyLimit: number
    handler: (request: RequestLike, reply: ReplyLike) => Promise<unknown>
  }): unknown
}

/** An `onRequest` hook: it answers or throws, or lets the request go on. */
// Apps type their guards by their own requests.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type FastifyGuard = (request: any, reply: any, done: any) => unknown

/** How the admin API is mounted in Fastify; `prefix` is Fastify's own. */
export interface FastifyAdminOptions extends AdminApiOptions {
  /** What `createDispatcher` gave. */
  readonly dispatcher: ManagedDispatcher
  /** `onRequest` hooks that run before every route, before the body is read. Required; `'none'` lets anyone in. */
  readonly guards: Guards<FastifyGuard>
  /** Who asks, told to the observer: `(request) => request.user.id`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly actor?: ((request: any) => string | null | undefined) | undefined
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/** What Fastify finds wrong with a body before we see it. */
const BODY_REFUSALS: ReadonlyMap<string, () => Answer> = new Map([
  ['FST_ERR_CTP_BODY_TOO_LARGE', () => REFUSALS.tooLarge(MAX_BODY_BYTES)],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', REFUSALS.unsupportedType],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', REFUSALS.aborted],
])

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
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error, _request, reply) => {
    const refusal = BODY_REFUSALS.get(error.code ?? '')
    // What the guards throw is the app's to answer.
    if (!refusal) throw error
    const { status, headers, body } = refusal()
    return reply.code(status).headers(headers).send(body)
  })

  // A prefix may have parameters, or come with % escapes: what is sent has as many segments, not as many characters.
  const depth = app.prefix.replace(/\/+$/, '').split('/').length
  const below = (path: string) => `/${path.split('/').slice(depth).join('/')}`

  const handler = async (request: RequestLike, reply: ReplyLike): Promise<unknown> => {
    const { method, url, headers, body } = request
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
      readBody: async () => ({ kind: 'bytes', bytes: body instanceof Uint8Array ? body : Buffer.alloc(0) }),
      actor: options.actor?.(request) ?? null,
    })
    return reply.code(status).headers(sent).send(text)
  }
  for (const url of ['/', '/*']) app.route({ method: METHODS, url, bodyLimit: MAX_BODY_BYTES, handler })
}

const one = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value
