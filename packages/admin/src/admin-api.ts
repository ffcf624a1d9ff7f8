import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { Logger } from '@swigs/webhooks-dispatcher'
import { answer, answerTo, REFUSALS, type Answer } from './answers.js'
import { routeFinder } from './find-route.js'
import { readFields, readJson, readQuery, type Body } from './read-request.js'
import type { ManagedDispatcher, Route } from './route.js'
import { ROUTES } from './routes.js'

/** A request that the guards let through, as a mount hands it over. */
export interface AdminRequest {
  readonly method: string
  /** Below the mount, percent-encoded, beginning with a slash. */
  readonly path: string
  /** Without the question mark. */
  readonly query: string
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  readonly readBody: () => Promise<Body>
  /** Who asks, for the observer. */
  readonly actor: string | null
}

/** What every mount takes beside its guards. */
export interface AdminApiOptions {
  /** Told of errors that are not the request's. Default: the console. */
  readonly logger?: Pick<Logger, 'error'> | undefined
}

/** The admin API without a framework: what all mounts call. */
export interface AdminApi {
  /** Answers a request that the guards let in. Never throws. */
  handle(request: AdminRequest): Promise<Answer>
}

/** @throws InvalidOptionsError when `dispatcher` is none. */
export const createAdminApi = (
  dispatcher: ManagedDispatcher,
  { logger = consoleLogger }: AdminApiOptions = {},
): AdminApi => {
  if (typeof (dispatcher as Partial<ManagedDispatcher> | undefined)?.subscriptions?.list !== 'function')
    throw new InvalidOptionsError('dispatcher: Expected what createDispatcher gave you.')
  const find = routeFinder(ROUTES)

  const serve = async (request: AdminRequest): Promise<Answer> => {
    const found = find(request.method, request.path)
    if (found.kind === 'not_found') return REFUSALS.notFound()
    if (found.kind === 'bad_path') return REFUSALS.badPath()
    if (found.kind === 'wrong_method') return REFUSALS.methodNotAllowed(found.allow)
    return call(dispatcher, found.route, found.params, request)
  }

  return {
    handle: async (request) => {
      const given = await serve(request).catch((error: unknown) => {
        const known = answerTo(error)
        if (known) return known
        const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
        logger.error({ method: request.method, name, code }, 'An admin request failed')
        return answer(500, { message: 'Internal error' })
      })
      return request.method === 'HEAD' ? withoutBody(given) : given
    },
  }
}

/** The headers of a GET are those of its HEAD, its length included (RFC 9110, section 9.3.2). */
const withoutBody = ({ status, headers, body }: Answer): Answer => ({
  status,
  headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
  body: '',
})

const call = async (
  dispatcher: ManagedDispatcher,
  route: Route,
  params: Readonly<Record<string, string>>,
  request: AdminRequest,
): Promise<Answer> => {
  const raw = readQuery(request.query)
  if ('refusal' in raw) return raw.refusal
  const query = readFields(route.query, raw.value)
  if ('refusal' in query) return query.refusal
  const body = await readBody(route, request)
  if ('refusal' in body) return body.refusal
  // Apps without types pass on what they have: an ObjectId.
  const actor = request.actor === null ? null : String(request.actor)
  const outcome = await route.handle(dispatcher, { params, query: query.value, body: body.value, actor })
  if ('failure' in outcome) return answer(route.failure?.status ?? 500, outcome.failure)
  const link = route.linked && outcome.nextCursor ? nextLink(raw.value, outcome.nextCursor) : {}
  return answer(route.status, outcome.result, link)
}

const readBody = async (route: Route, request: AdminRequest) => {
  if (route.method === 'GET') return { value: {} }
  const { contentEncoding = 'identity', contentType } = request
  if (contentEncoding !== 'identity') return { refusal: REFUSALS.unsupportedEncoding() }
  const json = readJson(await request.readBody(), contentType)
  return 'refusal' in json ? json : readFields(route.body, json.value)
}

/** RFC 8288; relative to the address that was asked for. */
const nextLink = (query: Record<string, string>, cursor: string) => ({
  link: `<?${new URLSearchParams({ ...query, cursor }).toString()}>; rel="next"`,
})

const consoleLogger: Pick<Logger, 'error'> = {
  error: (fields, message) => console.error('[webhooks]', message, fields),
}
