import { signedHeaders } from '@swigs/webhooks-protocol'
import type { Attempt } from '../core/attempt.js'
import { classifyReply, type Classification } from '../core/classify-reply.js'
import type { QueuedDelivery } from '../core/delivery.js'
import type { StoredEvent } from '../core/event.js'
import { keptHeaders } from '../core/kept-headers.js'
import { maskAnswer } from '../core/mask-answer.js'
import type { Reply } from '../core/reply.js'
import { activeSecrets, type Subscription } from '../core/subscription.js'
import type { AttemptSpan } from '../ports/tracing.js'
import { addMissing, tellStart, traceAttempt } from './follow-attempt.js'
import type { RunnerContext } from './runner-context.js'

/** A transport keeps `timeoutMs` itself; one that has not settled this much later never will, ms. */
const TRANSPORT_GRACE_MS = 5_000

/** What one request came to. */
export interface Sent {
  readonly classification: Classification
  readonly attempt: Attempt
  readonly endedAt: number
  readonly event: StoredEvent
  /** Where it went. */
  readonly url: string
}

/** What one request is made of. */
export interface Sending {
  readonly event: StoredEvent
  readonly delivery: QueuedDelivery
  readonly subscription: Subscription
  readonly signal: AbortSignal
  readonly mayStart: () => boolean
  readonly mayRepeat: () => boolean
}

/** sign → send → classify: one attempt, signed afresh. The only place from which a request leaves. */
export const send = async (context: RunnerContext, sending: Sending): Promise<Sent> => {
  const { clock } = context
  const { event, delivery, subscription } = sending
  const { url } = subscription
  const startedAt = clock.now()
  const startedMonotonic = clock.monotonic()
  const number = delivery.attemptCount + 1
  if (context.isObserved('attempt.started')) tellStart(context, sending, number)
  const span = traceAttempt(context, sending, number)
  const made = () => request(context, sending, { number, startedAt, traced: span?.headers })
  let came: Came
  try {
    came = answered(await (span ? span.run(made) : made()), clock.now())
  } catch (error) {
    came = faulty(error)
  }
  const { classification } = came
  const durationMs = Math.max(0, clock.monotonic() - startedMonotonic)
  const attempt = record(came, { number, startedAt, durationMs, subscription })
  const { statusCode, errorClass } = attempt
  span?.end({ statusCode, errorClass: classification.kind === 'none' ? 'aborted' : errorClass })
  return { classification, endedAt: clock.now(), event, url, attempt }
}

interface Came {
  readonly reply: Reply | null
  readonly classification: Classification
}

/** Nothing that a plug-in throws is quoted: it may hold the payload, or a secret. */
const ownFault = (error: unknown) => {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  const what = [name, code].filter((text) => typeof text === 'string' && /^\w{1,64}$/.test(text)).join(' ')
  return { errorClass: 'internal', error: `Sending failed on our side (${what || 'unknown error'})` } as const
}

/** What a transport answered, which anyone may have written. Throws what is wrong with it. */
const answered = (reply: Reply, now: number): Came => {
  const classification: Classification | undefined = classifyReply(reply, now)
  if (!classification) throw new TypeError('no reply')
  return { reply, classification }
}

const faulty = (error: unknown): Came => ({
  reply: null,
  classification: { kind: 'retry', ...ownFault(error), waitMs: null, askedMs: null, holdsLane: false },
})

const request = (
  { transport, guard, settings, deadlines }: RunnerContext,
  { event, delivery, subscription, signal, mayStart, mayRepeat }: Sending,
  {
    number,
    startedAt,
    traced,
  }: { number: number; startedAt: number; traced: AttemptSpan['headers'] | undefined },
): Promise<Reply> => {
  const { url } = subscription
  const { body } = event
  const { timeoutMs, userAgent } = settings
  const headers = signedHeaders({
    id: event.id,
    type: event.type,
    timestamp: new Date(event.occurredAt).toISOString(),
    body,
    secrets: activeSecrets(subscription, startedAt),
    attemptTimestampSeconds: Math.floor(startedAt / 1000),
    deliveryId: delivery.id,
    attempt: number,
    userAgent,
  })
  // Checked when they were saved; a name of ours is ours all the same.
  for (const name in subscription.headers) headers[name] ??= subscription.headers[name] as string
  if (traced) addMissing(headers, traced)
  const call = transport.send({ url, headers, body, timeoutMs, guard, signal, mayStart, mayRepeat })
  return deadlines.within(call, { ms: timeoutMs + TRANSPORT_GRACE_MS, late, group: signal })
}

const late = () =>
  Object.assign(new Error('The transport has not settled'), { name: 'TransportNeverSettled' })

const record = (
  { reply, classification }: Came,
  made: { number: number; startedAt: number; durationMs: number; subscription: Subscription },
): Attempt => {
  const answer = reply?.kind === 'response' ? reply : null
  return {
    number: made.number,
    startedAt: Math.floor(made.startedAt),
    durationMs: Math.round(made.durationMs * 10) / 10,
    statusCode: answer?.statusCode ?? null,
    errorClass: 'errorClass' in classification ? classification.errorClass : null,
    error: 'error' in classification ? classification.error : null,
    // What it repeats of its request is masked before it is stored: a secret that is replaced later is one still.
    responseBody: answer && maskAnswer(answer.body, made.subscription),
    truncated: answer?.truncated ?? false,
    retryAfterMs: classification.kind === 'retry' ? classification.askedMs : null,
    repeated: reply !== null && 'repeated' in reply && reply.repeated === true,
    // Of what was taken nobody asks, and each would be as long as all the rest of its record.
    responseHeaders:
      answer?.headers && 'errorClass' in classification
        ? keptHeaders(answer.headers, made.subscription)
        : undefined,
    address: (reply !== null && 'address' in reply && reply.address) || null,
  }
}
