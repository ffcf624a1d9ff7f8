import { randomUUID } from 'node:crypto'
import { InvalidOptionsError, serialiseEnvelope, signedHeaders } from '@swigs/webhooks-protocol'

/** How a test's request is made. */
export interface SignedRequestOptions {
  /** Signs; the receiver's secret. */
  readonly secret: string
  /** `evt_…`; default: a new one. */
  readonly id?: string | undefined
  /** When it is sent, epoch ms; default: now. */
  readonly now?: number | undefined
  /** When it happened; default: `now`. */
  readonly occurredAt?: number | undefined
}

/** A request that verifies, as a receiver's `handle` takes it. */
export interface SignedRequest {
  readonly method: 'POST'
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** As sent, byte for byte. */
  readonly body: string
}

/**
 * Builds a request that verifies, for tests of your handlers. `data` goes out as JSON; no catalogue looks at it.
 * @throws InvalidOptionsError without a secret.
 * @example
 * const answer = await receiver.handle(signedRequest('order.created', { orderId: '1' }, { secret }))
 */
export const signedRequest = (type: string, data: unknown, options: SignedRequestOptions): SignedRequest => {
  const { secret, now = Date.now(), occurredAt = now } = options ?? {}
  if (!secret) throw new InvalidOptionsError('signedRequest: secret: Expected the secret of the receiver.')
  const id = options.id ?? `evt_${randomUUID().replaceAll('-', '')}`
  const timestamp = new Date(occurredAt).toISOString()
  const body = serialiseEnvelope({ id, event: type, timestamp, data })
  const headers = signedHeaders({
    id,
    type,
    timestamp,
    body,
    secrets: [secret],
    attemptTimestampSeconds: Math.floor(now / 1000),
    deliveryId: `dlv_${id.slice(4)}_test`,
    attempt: 1,
    userAgent: 'swigs-webhooks/test',
  })
  const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return { method: 'POST', headers: Object.fromEntries(lower) as Record<string, string>, body }
}
