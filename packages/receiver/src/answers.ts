/** What a receiver answers, whatever it runs in. */
export interface Answer {
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

/** Every refusal of the wire contract, "Receiving"; none says more than a stranger may know. */
export const REFUSALS = {
  missingSignature: answer(401, { error: 'Missing signature' }),
  invalidSignature: answer(401, { error: 'Invalid signature' }),
  malformed: answer(400, { error: 'Malformed payload' }),
  tooLarge: answer(413, { error: 'Payload too large' }, { connection: 'close' }),
  unsupportedEncoding: answer(415, { error: 'Unsupported encoding' }),
  handlerFailed: answer(500, { error: 'Handler failed' }),
  inProgress: answer(503, { error: 'In progress' }, { 'retry-after': '5' }),
  misconfigured: answer(500, { error: 'Misconfigured' }),
  methodNotAllowed: answer(405, { error: 'Method not allowed' }, { allow: 'POST' }),
} as const
