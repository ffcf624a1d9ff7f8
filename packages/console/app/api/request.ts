import { hearServerClock } from '../text/server-clock.js'

/** What went wrong with a request, in words for a person. */
export class ApiError extends Error {
  /** HTTP status; 0 where no answer came. */
  readonly status: number
  /** The fields at fault. */
  readonly issues: readonly { readonly path: string; readonly message: string }[]

  constructor(message: string, status: number, issues: ApiError['issues'] = []) {
    super(message)
    this.status = status
    this.issues = issues
  }
}

/** Where the API is: the page is one folder below it, wherever both are. */
const BASE = new URL('..', document.baseURI)

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>

/** What a request takes beside its path. */
export interface RequestOptions {
  readonly query?: Query
  readonly body?: unknown
  readonly signal?: AbortSignal
  /** An answer with this status is an answer, too. */
  readonly alsoOk?: number
}

/** The address of a path of the API. */
export const addressOf = (path: string, query: Query = {}): URL => {
  const url = new URL(path.replace(/^\//, ''), BASE)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') url.searchParams.set(name, String(value))
  return url
}

/**
 * Asks the API.
 * @throws ApiError with the server's own words.
 */
export const request = async <T>(
  method: string,
  path: string,
  { query, body, signal, alsoOk }: RequestOptions = {},
): Promise<{ readonly body: T; readonly headers: Headers }> => {
  const init: RequestInit = { method, headers: { accept: 'application/json' }, credentials: 'same-origin' }
  if (signal) init.signal = signal
  if (body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' }
    init.body = typeof body === 'string' ? body : JSON.stringify(body)
  }
  const response = await fetch(addressOf(path, query), init).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new ApiError('No answer came. Is the app running?', 0)
  })
  hearServerClock(response.headers.get('date'))
  const answer = read(await response.text())
  if ((response.ok || response.status === alsoOk) && answer !== undefined)
    return { body: answer as T, headers: response.headers }
  const { message, issues } = (answer ?? {}) as { message?: unknown; issues?: ApiError['issues'] }
  const words = typeof message === 'string' ? message : wordsFor(response.status)
  throw new ApiError(words, response.status, Array.isArray(issues) ? issues : [])
}

const read = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const wordsFor = (status: number): string => {
  if (status === 401) return 'You are not signed in any more. Sign in, and load this page again.'
  if (status === 403) return 'You may not see this.'
  if (status === 404) return 'There is no such thing.'
  if (status < 300) return 'What answered is not the API. You may have to sign in again.'
  return `The app answered ${status}.`
}
