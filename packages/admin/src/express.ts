import { accessOf, type AccessOptions } from './access.js'
import { createAdminApi, type AdminApiOptions } from './admin-api.js'
import type { Answer } from './answers.js'
import { requireGuards, type Guards } from './guards.js'
import { readNodeBody, type NodeRequestLike } from './node-body.js'
import type { ManagedDispatcher } from './route.js'

/** The part of Express' request that is used. */
export interface ExpressRequestLike extends NodeRequestLike {
  readonly method?: string | undefined
  readonly url?: string | undefined
}

/** The part of Express' response that is used. */
export interface ExpressResponseLike {
  statusCode: number
  readonly headersSent?: boolean
  readonly writableEnded?: boolean
  setHeader(name: string, value: string): unknown
  end(body?: string): unknown
}

type Next = (error?: unknown) => void

/** A middleware, Express 4 or 5: it answers, or calls `next()`. */
// Apps type their guards by their own requests.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type ExpressGuard = (request: any, response: any, next: any) => unknown

/** How the admin API is mounted in Express. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export interface ExpressAdminOptions extends AdminApiOptions, AccessOptions<any> {
  /** Middleware that runs before every route, in order. Required; `'none'` lets anyone in. */
  readonly guards: Guards<ExpressGuard>
  /** Who asks, told to the observer: `(req) => req.user.id`. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly actor?: ((request: any) => string | null | undefined) | undefined
}

/** What Express takes in `app.use`. */
export type AdminMiddleware = (request: ExpressRequestLike, response: ExpressResponseLike, next: Next) => void

/**
 * The admin API as Express middleware (4 and 5).
 * @throws InvalidOptionsError without guards, or without a dispatcher.
 * @example
 * app.use('/api/webhooks', adminRouter(webhooks, { guards: [protect, authorize('admin', 'superadmin')] }))
 */
export const adminRouter = (dispatcher: ManagedDispatcher, options: ExpressAdminOptions): AdminMiddleware => {
  const guards = requireGuards<ExpressGuard>('adminRouter', 'guards', options?.guards)
  const api = createAdminApi(dispatcher, options)

  const serve = async (request: ExpressRequestLike): Promise<Answer> => {
    const { method = 'GET', url = '/', headers } = request
    const [path = '/', query = ''] = split(url)
    return api.handle({
      method,
      path,
      query,
      contentType: headers['content-type'],
      contentEncoding: headers['content-encoding'],
      fetchSite: headers['sec-fetch-site'],
      readBody: (limit) => readNodeBody(request, limit),
      actor: options.actor?.(request) ?? null,
      ...accessOf(options, request),
    })
  }

  return (request, response, next) => {
    const run = (index: number): void => {
      const guard = guards[index]
      if (!guard)
        return void serve(request)
          .then((given) => send(response, given))
          .catch(next)
      let isOver = false
      const onward = (error?: unknown): void => {
        if (isOver) return
        isOver = true
        if (error !== undefined && error !== null) return next(error)
        // Guards that forget to return answer and call next, in either order: they have refused.
        queueMicrotask(() => {
          if (!isAnswered(response)) run(index + 1)
        })
      }
      // Express 4 leaves a rejected promise to nobody.
      Promise.resolve(guarded(guard, request, response, onward)).catch(next)
    }
    run(0)
  }
}

const guarded = async (
  guard: ExpressGuard,
  request: unknown,
  response: unknown,
  next: Next,
): Promise<unknown> => guard(request, response, next)

const split = (url: string): [string, string] => {
  const mark = url.indexOf('?')
  return mark < 0 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)]
}

const isAnswered = ({ headersSent, writableEnded }: ExpressResponseLike): boolean =>
  headersSent === true || writableEnded === true

const send = (response: ExpressResponseLike, { status, headers, body }: Answer): void => {
  // A guard, or the app's own timeout, was faster.
  if (isAnswered(response)) return
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body)
}
