import { InvalidOptionsError, isIdentityEncoding } from '@swigs/webhooks-protocol'
import type { Logger } from '@swigs/webhooks-dispatcher'
import { answer, answerTo, closing, REFUSALS, textAnswer, type Answer } from './answers.js'
import { routeFinder } from './find-route.js'
import { bodyReader, type BodyReader, type ReadBody } from './read-body.js'
import { readFields, readJson, readQuery } from './read-request.js'
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
}

/** The admin API without a framework: what all mounts call. */
export interface AdminApi {
  /** Answers a request that the guards let in. Never throws. */
  handle(request: AdminRequest): Promise<Answer>
}

/** @throws InvalidOptionsError when `dispatcher` is none, or `bodyTimeoutMs` no whole number of at least 1. */
export const createAdminApi = (
  dispatcher: ManagedDispatcher,
  { logger = consoleLogger, bodyTimeoutMs = 10_000 }: AdminApiOptions = {},
): AdminApi => {
  if (typeof (dispatcher as Partial<ManagedDispatcher> | undefined)?.subscriptions?.list !== 'function')
    throw new InvalidOptionsError('dispatcher: Expected what createDispatcher gave you.')
  if (!Number.isSafeInteger(bodyTimeoutMs) || bodyTimeoutMs < 1)
    throw new InvalidOptionsError('bodyTimeoutMs: Expected milliseconds, a whole number of 1 or more.')
  const find = routeFinder(ROUTES)

  const serve = async (request: AdminRequest, body: BodyReader): Promise<Answer> => {
    if (!isSafe(request.method) && !isOwnSite(request.fetchSite)) return REFUSALS.otherSite()
    const found = find(request.method, request.path)
    if (found.kind === 'not_found') return REFUSALS.notFound()
    if (found.kind === 'bad_path') return REFUSALS.badPath()
    if (found.kind === 'wrong_method') return REFUSALS.methodNotAllowed(found.allow)
    return call(dispatcher, found.route, found.params, request, body)
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

const call = async (
  dispatcher: ManagedDispatcher,
  route: Route,
  params: Readonly<Record<string, string>>,
  request: AdminRequest,
  reader: BodyReader,
): Promise<Answer> => {
  const raw = readQuery(request.query)
  if ('refusal' in raw) return raw.refusal
  const query = readFields(route.query, raw.value)
  if ('refusal' in query) return query.refusal
  const body = await readBody(route, request, reader)
  if ('refusal' in body) return body.refusal
  // Apps without types pass on what they have: an ObjectId.
  const actor = request.actor === null ? null : String(request.actor)
  const outcome = await route.handle(dispatcher, { params, query: query.value, body: body.value, actor })
  if ('failure' in outcome) return answer(route.failure?.status ?? 500, outcome.failure)
  if (route.textType !== null) return textAnswer(route.status, String(outcome.result), route.textType)
  const link = route.linked && outcome.nextCursor ? nextLink(raw.value, outcome.nextCursor) : {}
  return answer(route.status, outcome.result, link)
}

const readBody = async (route: Route, { contentEncoding, contentType }: AdminRequest, reader: BodyReader) => {
  if (route.method === 'GET') return { value: {} }
  if (!isIdentityEncoding(contentEncoding)) return { refusal: REFUSALS.unsupportedEncoding() }
  const json = readJson(await reader.read(), contentType)
  return 'refusal' in json ? json : readFields(route.body, json.value)
}

/** RFC 8288; relative to the address that was asked for. */
const nextLink = (query: Record<string, string>, cursor: string) => ({
  link: `<?${new URLSearchParams({ ...query, cursor }).toString()}>; rel="next"`,
})

const consoleLogger: Pick<Logger, 'error'> = {
  error: (fields, message) => console.error('[webhooks]', message, fields),
}
