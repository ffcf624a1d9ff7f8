import type { Envelope, EventCatalogue, EventData, EventType } from '@swigs/webhooks-protocol'
import { checkOptions } from './check-options.js'
import { send, type NodeResponseLike } from './node.js'
import { fromNode, type NodeRequestLike } from './read-node-body.js'
import type { Receiver } from './receiver.js'
import { requireReceiver } from './require-receiver.js'
import { createVerification } from './verification.js'
import { VERIFICATION_OPTIONS, type VerificationOptions } from './verification-options.js'

declare global {
  // The way that Express' types are told of what a middleware adds.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace Express {
    interface Request {
      /** The envelope, where `verifyWebhook` let the request through. */
      webhook?: Envelope
    }
  }
}

/** The part of Express' response that is used. */
export type ExpressResponseLike = NodeResponseLike

/** A request whose webhook was verified. */
export interface VerifiedRequest<T = unknown, E extends string = string> extends NodeRequestLike {
  /** The envelope, where `verifyWebhook` let the request through. */
  webhook?: Envelope<T, E>
}

type Next = (error?: unknown) => void

const FIX =
  'Mount it before express.json(), or keep the bytes: app.use(express.json({ verify: keepRawBody })).'

/**
 * Express middleware (4 and 5) around a receiver: reads the raw body itself, so mount it before `express.json()`, or
 * keep the bytes with `express.json({ verify: keepRawBody })`. It answers every request; `next` is not called.
 * @throws InvalidOptionsError without a receiver.
 * @example
 * router.post('/cms', expressReceiver(receiver))
 */
export const expressReceiver = (receiver: Receiver) => {
  requireReceiver('expressReceiver', receiver)
  return (request: NodeRequestLike, response: ExpressResponseLike, next: Next): void => {
    receiver
      .handle(fromNode(request, FIX))
      .then((given) => send(response, given))
      .catch(next)
  }
}

/**
 * Verification only, for handlers of your own: `req.body` is the parsed envelope and `req.webhook` the same, typed. Nothing is
 * deduped: look at `req.webhook.id`. A request that does not verify is answered here.
 * @throws InvalidOptionsError naming the option, the secret above all: one that is missing or too short.
 * @example
 * router.post('/cms', verifyWebhook({ secret }), (req, res) => res.json({ received: true }))
 */
export const verifyWebhook = (options: VerificationOptions) => {
  checkOptions('verifyWebhook', options, VERIFICATION_OPTIONS)
  const { check } = createVerification(options)
  return (request: VerifiedRequest, response: ExpressResponseLike, next: Next): void => {
    check(fromNode(request, FIX))
      .then((checked) => {
        if ('refusal' in checked) return send(response, checked.refusal)
        request.webhook = checked.envelope
        request.body = checked.envelope
        next()
      })
      .catch(next)
  }
}

/**
 * `req.webhook` of a request that `verifyWebhook` let through, typed by a catalogue: what its schema says, unchecked.
 * @example
 * const webhook = req.webhook as VerifiedWebhook<typeof swigsEvents>
 */
export type VerifiedWebhook<C extends EventCatalogue> = {
  [T in EventType<C>]: Envelope<EventData<C, T>, T>
}[EventType<C>]

/**
 * Keeps the signed bytes where a JSON parser must run first. Synchronous, as body-parser wants it. That parser's own limit
 * holds then, 100 kB unless told: a longer event is answered 413 by it, and its sender gives up.
 * @example
 * app.use(express.json({ verify: keepRawBody, limit: '1mb' }))
 */
export const keepRawBody = (request: object, _response: unknown, bytes: Uint8Array): void => {
  ;(request as { rawBody?: Uint8Array }).rawBody = bytes
}
