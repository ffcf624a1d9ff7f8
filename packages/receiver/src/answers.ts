/** What a receiver answers, whatever it runs in. */
export interface Answer {
  /** HTTP status. */
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON text. */
  readonly body: string
}

/** Makes an answer; the body is sent as JSON. */
export const answer = (status: number, body: object, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})

/** The same answer, after which the connection ends: what is left of the body would be taken for the next request. */
export const closing = (given: Answer): Answer => ({
  ...given,
  headers: { ...given.headers, connection: 'close' },
})

/** Handled, or known to have been. */
export const ACCEPTED = {
  handled: answer(200, { received: true }),
  duplicate: answer(200, { received: true, duplicate: true }),
} as const

/** Every refusal of the wire contract, "Receiving"; none says more than a stranger may know. */
export const REFUSALS = {
  missingSignature: answer(401, { error: 'Missing signature' }),
  invalidSignature: answer(401, { error: 'Invalid signature' }),
  malformed: answer(400, { error: 'Malformed payload' }),
  repeatedHeader: (header: string) => answer(400, { error: 'Repeated header', header }),
  methodNotAllowed: answer(405, { error: 'Method not allowed' }, { allow: 'POST' }),
  timedOut: closing(answer(408, { error: 'Body timed out' })),
  tooLarge: closing(answer(413, { error: 'Payload too large' })),
  // RFC 9110, section 15.5.16: the header says which encodings would have been taken.
  unsupportedEncoding: answer(
    415,
    { error: 'Unsupported encoding', reason: 'Send the body without Content-Encoding' },
    { 'accept-encoding': 'identity' },
  ),
  handlerFailed: answer(500, { error: 'Handler failed' }),
  misconfigured: answer(500, { error: 'Misconfigured' }),
  internal: answer(500, { error: 'Internal error' }),
  // Without Retry-After, which senders that pace by it would take for every delivery to this address.
  inProgress: answer(503, { error: 'In progress' }),
  busy: answer(503, { error: 'Busy' }),
} as const
