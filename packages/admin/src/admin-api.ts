import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { Logger } from '@swigs/webhooks-dispatcher'
import { requireAccess, type Access } from './access.js'
import { answer, answerTo, closing, REFUSALS, type Answer } from './answers.js'
import { callRoute } from './call-route.js'
import { consoleAnswer, type ConsoleAssets } from './console.js'
import { routeFinder } from './find-route.js'
import { bodyReader, type BodyReader, type ReadBody } from './read-body.js'
import type { ManagedDispatcher } from './route.js'
import { ROUTES } from './routes.js'

/** A request that the guards let through, as a mount hands it over. */
export interface AdminRequest extends Access {
  readonly method: string
  /** Below the mount, percent-encoded, beginning with a slash. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  /** `Sec-Fetch-Site`: where the page is that sends this, as browsers say. */
  readonly fetchSite: string | undefined
  readonly readBody: ReadBody
  /** Who asks, for the observer. */
  readonly actor: string | null
}

/** What every mount takes beside its guards. */
export interface AdminApiOptions {
  /** Told of errors that are not the request's. Default: the console. */
  readonly logger?: Pick<Logger, 'error'> | undefined
  /** How long all of a body may take to arrive, ms; then the answer is 408. Default 10 seconds. */
  readonly bodyTimeoutMs?: number | undefined
  /** Serves the console at `console/` below the mount: `consoleAssets()` of `@swigs/webhooks-console`. Default: no console. */
  readonly console?: ConsoleAssets | undefined
  /** Whether events may be sent by hand (`POST /send`). Default `false`. */
  readonly allowSend?: boolean | undefined
}

/** The admin API without a framework: what all mounts call. */
export interface AdminApi {
  /** Answers a request that the guards let in. Never throws. */
  handle(request: AdminRequest): Promise<Answer>
}

/** @throws InvalidOptionsError when `dispatcher` is none, or an option is not what it should be. */
export const createAdminApi = (dispatcher: ManagedDispatcher, options: AdminApiOptions = {}): AdminApi => {
  const { logger = consoleLogger, bodyTimeoutMs = 10_000, console: assets, allowSend = false } = options
  requireAccess(options)
  if (typeof (dispatcher as Partial<ManagedDispatcher> | undefined)?.subscriptions?.list !== 'function')
    throw new InvalidOptionsError('dispatcher: Expected what createDispatcher gave you.')
  if (!Number.isSafeInteger(bodyTimeoutMs) || bodyTimeoutMs < 1)
    throw new InvalidOptionsError('bodyTimeoutMs: Expected milliseconds, a whole number of 1 or more.')
  if (assets !== undefined && typeof (assets as Partial<ConsoleAssets> | null)?.get !== 'function')
    throw new InvalidOptionsError(
      'console: Expected what consoleAssets() of @swigs/webhooks-console gave you.',
    )
  const find = routeFinder(ROUTES)

  const serve = async (request: AdminRequest, body: BodyReader): Promise<Answer> => {
    if (!isSafe(request.method) && !isOwnSite(request.fetchSite)) return REFUSALS.otherSite()
    const file = assets ? consoleAnswer(assets, request.method, request.path) : null
    if (file) return file
    const found = find(request.method, request.path)
    if (found.kind === 'not_found') return REFUSALS.notFound()
    if (found.kind === 'bad_path') return REFUSALS.badPath()
    if (found.kind === 'wrong_method') return REFUSALS.methodNotAllowed(found.allow)
    return callRoute(dispatcher, { route: found.route, params: found.params, request, body, allowSend })
  }

  return {
    handle: async (request) => {
      const body = bodyReader(request.readBody, bodyTimeoutMs)
      const served = await serve(request, body).catch((error: unknown) => {
        const known = answerTo(error)
        if (known) return known
        const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
        tell(logger, { method: request.method, name, code })
        return answer(500, { message: 'Internal error' })
      })
      const given = isSafe(request.method) || (await body.isGone()) ? served : closing(served)
      return request.method === 'HEAD' ? withoutBody(given) : given
    },
  }
}

/** What a logger throws or rejects with has nowhere to go, and changes no answer. */
const tell = (logger: Pick<Logger, 'error'>, fields: object): void =>
  void (async () => logger.error(fields, 'An admin request failed'))().catch(() => undefined)

/** Methods that change nothing (RFC 9110, section 9.2.1). */
const isSafe = (method: string): boolean => ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(method)

/** What is no browser says nothing; `none` is a person at the address bar. Source: Fetch Metadata Request Headers, section 2.1. */
const isOwnSite = (fetchSite: string | undefined): boolean =>
  fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none'

/** The headers of a GET are those of its HEAD, its length included (RFC 9110, section 9.3.2). */
const withoutBody = ({ status, headers, body }: Answer): Answer => ({
  status,
  headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
  body: '',
})

const consoleLogger: Pick<Logger, 'error'> = {
  error: (fields, message) => console.error('[webhooks]', message, fields),
}
