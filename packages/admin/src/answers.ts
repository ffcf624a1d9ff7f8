import { isWebhooksError, issuesToText, type Issue } from '@swigs/webhooks-protocol'

/** What the admin API answers, whatever it runs in. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON, but for the console and for routes that have a type of their own; empty for HEAD. */
  readonly body: string
}

const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  // Some answers hold a secret.
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
}

export const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { ...HEADERS, ...headers },
  body: JSON.stringify(body),
})

/** An answer that is text. */
export const textAnswer = (status: number, body: string, contentType: string): Answer => ({
  status,
  headers: { ...HEADERS, 'content-type': contentType },
  body,
})

/** The same answer, after which the connection ends: what is left of the body would be taken for the next request. */
export const closing = (given: Answer): Answer => ({
  ...given,
  headers: { ...given.headers, connection: 'close' },
})

/** Answers that say what is wrong with a request. */
export const REFUSALS = {
  notFound: () => answer(404, { message: 'Not found' }),
  methodNotAllowed: (allow: string) =>
    answer(405, { message: `Method not allowed; this path takes ${allow}` }, { allow }),
  forbidden: (message: string) => answer(403, { message }),
  otherSite: () => answer(403, { message: 'Sent by a page of another site, as Sec-Fetch-Site says' }),
  timedOut: () => closing(answer(408, { message: 'The body did not arrive in time' })),
  tooLarge: (limit: number) => closing(answer(413, { message: `The body is longer than ${limit} bytes` })),
  unsupportedType: () => answer(415, { message: 'Send the body as Content-Type: application/json' }),
  unsupportedEncoding: () => answer(415, { message: 'Send the body without Content-Encoding' }),
  badPath: () => invalid([{ path: 'path', message: 'Not a well-formed path: mend its % escapes' }]),
  aborted: () => invalid([{ path: 'body', message: 'The body ended early' }]),
} as const

/** 400 with the fields at fault. */
export const invalid = (issues: readonly Issue[]): Answer =>
  answer(400, { message: `The request is not valid. ${issuesToText(issues)}`, issues })

/** The answer to what a handler threw; `null` when it is no error of ours. */
export const answerTo = (error: unknown): Answer | null => {
  if (!isWebhooksError(error)) return null
  const { message } = error
  switch (error.code) {
    case 'NOT_FOUND':
      return REFUSALS.notFound()
    case 'INVALID_SUBSCRIPTION':
    case 'INVALID_OPTIONS':
    case 'INVALID_EVENT':
      return answer(400, { message, issues: (error as { issues?: readonly Issue[] }).issues ?? [] })
    case 'PAYLOAD_TOO_LARGE':
      return invalid([{ path: 'data', message }])
    case 'INVALID_CURSOR':
      return invalid([{ path: 'cursor', message }])
    case 'FORBIDDEN':
      return REFUSALS.forbidden(message)
    case 'CONFLICT':
      return answer(409, { message })
    case 'STORAGE_UNAVAILABLE':
      return answer(503, { message: 'Storage is not available just now; try again' }, { 'retry-after': '5' })
    case 'STOPPED':
      return answer(503, { message: 'This process is stopping; try again' }, { 'retry-after': '5' })
    default:
      return null
  }
}
