import { InvalidOptionsError, WebhooksError, type Issue } from '@swigs/webhooks-protocol'
import { ofetch, type $Fetch, type FetchResponse } from 'ofetch'
import type { z } from 'zod'
import type { PathParams, Route } from './route.js'
import { ROUTES, type TABLE } from './routes.js'

/** Where the admin API is, and as whom to call it. */
export interface AdminClientOptions {
  /** Where it is mounted: `https://swigs.online/api/webhooks`. */
  readonly baseUrl: string
  /** Sent as `Authorization: Bearer …`. */
  readonly token?: string | undefined
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** One deadline for a request and its answer, ms. Default 30_000. */
  readonly timeoutMs?: number | undefined
}

/** What the API refused: the server's text, its status, the fields at fault. */
export class AdminApiError extends WebhooksError {
  /** HTTP status; 0 when no answer came. */
  readonly status: number
  /** The fields at fault, where the server named them. */
  readonly issues: readonly Issue[]

  constructor(message: string, options: { status: number; issues?: readonly Issue[]; cause?: unknown }) {
    super('ADMIN_API_ERROR', message, options)
    this.status = options.status
    this.issues = options.issues ?? []
  }
}

type Table = (typeof TABLE)[number]
type Named<N extends string> = Extract<Table, { name: N }>
type InputOf<R> =
  R extends Route<string, infer P, infer Q, infer B>
    ? PathParams<P> & Fields<z.input<Q>> & Fields<z.input<B>>
    : never
/** An object that takes no field adds none. */
type Fields<T> = string extends keyof T ? unknown : T
type OutputOf<R> = R extends { result: infer T extends z.ZodType; failure: infer F }
  ? z.output<T> | (F extends { result: infer U extends z.ZodType } ? z.output<U> : never)
  : never
type Linked<N extends string, T> = N extends 'listSubscriptions'
  ? { readonly items: T; readonly nextCursor: string | null }
  : T
/** Without an argument where nothing has to be given. */
type Arguments<I> = Partial<I> extends I ? [input?: I] : [input: I]

/** One method a route; path parameters, query and body in one object. */
export type AdminClient = {
  readonly [N in Table['name']]: (
    ...input: Arguments<InputOf<Named<N>>>
  ) => Promise<Linked<N, OutputOf<Named<N>>>>
}

/**
 * A typed client of the admin API, made from the same table of routes.
 * @throws InvalidOptionsError when `baseUrl` is no http address. Its methods throw `AdminApiError` with the server's own
 *   text, and with status 0 when no answer came; `InvalidOptionsError` for an id that cannot be one.
 * @example
 * const admin = createAdminClient({ baseUrl: 'https://swigs.online/api/webhooks', token })
 * const { items } = await admin.listDeliveries({ status: 'failed' })
 */
export const createAdminClient = (options: AdminClientOptions): AdminClient => {
  const { baseUrl, token, headers, timeoutMs = 30_000 } = options ?? {}
  if (!isBaseUrl(baseUrl))
    throw new InvalidOptionsError(
      'createAdminClient: baseUrl: Expected where the admin API is mounted, like https://swigs.online/api/webhooks, ' +
        'without a user name or password.',
    )
  const fetch = ofetch.create({
    baseURL: baseUrl.replace(/\/+$/, ''),
    headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    retry: false,
    timeout: timeoutMs,
    ignoreResponseError: true,
    responseType: 'text',
  })
  return Object.fromEntries(
    ROUTES.map((route) => [route.name, (input: Record<string, unknown> = {}) => call(fetch, route, input)]),
  ) as unknown as AdminClient
}

const isBaseUrl = (given: string): boolean => {
  if (!/^https?:/i.test(given)) return false
  try {
    const { username, password } = new URL(given)
    return username === '' && password === ''
  } catch {
    // No URL at all.
    return false
  }
}

const call = async (fetch: $Fetch, route: Route, input: Record<string, unknown>): Promise<unknown> => {
  const { path, query, body } = split(route, input)
  const response = await fetch
    .raw(path, { method: route.method, query, ...(route.method !== 'GET' && { body }) })
    .catch((cause: unknown) => {
      throw new AdminApiError(`${route.name}: no answer came from the admin API.`, { status: 0, cause })
    })
  return read(route, response as FetchResponse<string>)
}

/** Path parameters and query by name; what is left is the body. */
const split = (route: Route, input: Record<string, unknown>) => {
  const inPath = new Set([...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name))
  const inQuery = new Set(Object.keys((route.query as z.ZodObject).shape))
  const pick = (wanted: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(input).filter(([name]) => wanted(name)))
  const path = route.path.replaceAll(/:(\w+)/g, (_match, name: string) => segment(route, name, input[name]))
  // What is in neither goes out all the same, so that the server names it.
  const isQuery = (name: string) => inQuery.has(name) || route.method === 'GET'
  return {
    path: path === '/' ? '' : path,
    query: pick((name) => !inPath.has(name) && isQuery(name)),
    body: pick((name) => !inPath.has(name) && !isQuery(name)),
  }
}

/** An id in the path. One that is empty or dots would lead to another address, with the token. */
const segment = ({ name: method }: Route, name: string, id: unknown): string => {
  if (typeof id === 'string' && id !== '' && id !== '.' && id !== '..') return encodeURIComponent(id)
  throw new InvalidOptionsError(`${method}: ${name}: Expected an id.`)
}

const read = (route: Route, response: FetchResponse<string>): unknown => {
  const { status, _data = '' } = response
  if (status === route.status && route.textType !== null) return _data
  const body = parse(_data)
  if (status === route.status && body !== null)
    return route.linked ? { items: body, nextCursor: cursorOf(response) } : body
  if (status === route.failure?.status && route.failure.result.safeParse(body).success) return body
  const { message, issues } = (body ?? {}) as { message?: unknown; issues?: readonly Issue[] }
  const text = typeof message === 'string' ? message : `HTTP ${status}, and no answer of the admin API`
  throw new AdminApiError(`${route.name}: ${text}`, {
    status,
    ...(Array.isArray(issues) && { issues }),
  })
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const cursorOf = ({ headers }: FetchResponse<string>): string | null => {
  const [, query] = /<\?([^>]*)>; rel="next"/.exec(headers.get('link') ?? '') ?? []
  return query === undefined ? null : new URLSearchParams(query).get('cursor')
}
