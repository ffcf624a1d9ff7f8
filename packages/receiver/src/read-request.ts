import { isUint8Array } from 'node:util/types'
import { isIdentityEncoding, type FetchHeaders, type HeaderBag } from '@swigs/webhooks-protocol'
import { closing, REFUSALS, type Answer } from './answers.js'
import { LATE, within } from './deadline.js'
import { headerOf, type Body, type ReceiverRequest } from './request.js'

/** How much is read of a request, and for how long. */
export interface ReadLimits {
  /** The largest body, bytes. */
  readonly maxBodyBytes: number
  /** How long all of a body may take, ms. */
  readonly bodyTimeoutMs: number
}

/** The signed bytes, or the answer to give; `fix` where the app is set up wrongly. */
export type ReadRequest =
  | { readonly headers: HeaderBag | FetchHeaders; readonly body: string | Uint8Array }
  | { readonly refusal: Answer; readonly fix?: string }

const PARSED = 'Pass receiver.handle the body as it arrived, not parsed: as text or as bytes.'

/**
 * Method, encoding and size: tested here, and nowhere else. What is refused by its head is read all the same, within the
 * same bounds, and dropped: a body that is left in its connection holds up the next request there.
 */
export const readRequest = async (request: ReceiverRequest, limits: ReadLimits): Promise<ReadRequest> => {
  const { headers } = request
  if (Number(headerOf(headers, 'content-length') ?? 0) > limits.maxBodyBytes)
    return { refusal: closing(refuseHead(request) ?? REFUSALS.tooLarge) }
  const refusal = refuseHead(request)
  const body = await within(limits.bodyTimeoutMs, (signal) => bodyOf(request, limits.maxBodyBytes, signal))
  if (refusal) return { refusal: isLeft(body) ? closing(refusal) : refusal }
  if (body === LATE) return { refusal: REFUSALS.timedOut }
  if (body.kind === 'consumed') return { refusal: REFUSALS.misconfigured, fix: body.fix }
  if (body.kind === 'aborted') return { refusal: REFUSALS.malformed }
  if (body.kind === 'too_large') return { refusal: REFUSALS.tooLarge }
  return { headers, body: body.bytes }
}

const refuseHead = ({ method, headers }: ReceiverRequest): Answer | null => {
  if (method !== 'POST') return REFUSALS.methodNotAllowed
  return isIdentityEncoding(headerOf(headers, 'content-encoding')) ? null : REFUSALS.unsupportedEncoding
}

const bodyOf = async (request: ReceiverRequest, limit: number, signal: AbortSignal): Promise<Body> => {
  if ('readBody' in request) return request.readBody(limit, signal)
  const { body } = request
  if (typeof body !== 'string' && !isUint8Array(body)) return { kind: 'consumed', fix: PARSED }
  return Buffer.byteLength(body) > limit ? { kind: 'too_large' } : { kind: 'bytes', bytes: body }
}

const isLeft = (body: Body | typeof LATE): boolean => body === LATE || body.kind === 'too_large'
