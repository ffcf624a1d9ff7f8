import { errorName, type Envelope, type EventCatalogue } from '@swigs/webhooks-protocol'
import { ACCEPTED, REFUSALS, type Answer } from './answers.js'
import { A_COUNT, A_FUNCTION, anObjectWith, checkOptions, refuse, type Expectation } from './check-options.js'
import { boundedDedupe, type Dedupe } from './dedupe.js'
import { handleOnce } from './handle-once.js'
import {
  issuesOfHandlers,
  runHandlers,
  type AnyHandlers,
  type Handler,
  type Handlers,
  type ReceivedEvent,
} from './handlers.js'
import { memoryDedupe } from './memory-dedupe.js'
import { readData } from './read-data.js'
import { headerOf, type ReceiverRequest } from './request.js'
import { traced, type ReceiverTracing, type TracedRequest } from './tracing.js'
import { createVerification } from './verification.js'
import { VERIFICATION_OPTIONS, type VerificationOptions } from './verification-options.js'

/** What `createReceiver` takes. */
export interface ReceiverOptions<C extends EventCatalogue> extends VerificationOptions {
  /**
   * The catalogue that types and validates the handlers' data: what does not fit is answered 400. Default: any type,
   * unknown data.
   */
  readonly events?: C | undefined
  /** Handlers by type. */
  readonly on?: Handlers<C> | undefined
  /** Called for every event, after the handler of its type. */
  readonly onAny?: Handler<ReceivedEvent<C>> | undefined
  /** Called for an event that nobody handles. */
  readonly onUnhandled?: Handler<Envelope> | undefined
  /** Default: `memoryDedupe()`, with the receiver's logger. */
  readonly dedupe?: Dedupe | undefined
  /**
   * How long an id is claimed while it is handled, ms; a handler that is not done by then is answered for with a 500, and the
   * sender's next try is handled. Default 60 seconds.
   */
  readonly claimMs?: number | undefined
  /** How long one call of `dedupe` may take, ms. Default 5 seconds. */
  readonly dedupeTimeoutMs?: number | undefined
  /** Continues the traces that verified requests tell of: `otelReceiverTracing()` of `@swigs/webhooks-receiver/otel`. Default: none. */
  readonly tracing?: ReceiverTracing | undefined
}

/** A webhook receiver, whatever it runs in. */
export interface Receiver {
  /** Reads, verifies, dedupes, handles, and answers. Never rejects. */
  handle(request: ReceiverRequest): Promise<Answer>
}

const OPTIONS: Readonly<Record<keyof ReceiverOptions<EventCatalogue>, Expectation>> = {
  ...VERIFICATION_OPTIONS,
  events: [
    'a catalogue made with defineEvents',
    (value) => typeof value === 'object' && Object.values(value ?? { none: null }).every(isDefinition),
  ],
  on: anObjectWith('handlers by type'),
  onAny: A_FUNCTION,
  onUnhandled: A_FUNCTION,
  dedupe: anObjectWith('a Dedupe, for example memoryDedupe()', 'claim', 'complete', 'release'),
  claimMs: A_COUNT,
  dedupeTimeoutMs: A_COUNT,
  tracing: anObjectWith('tracing, for example otelReceiverTracing()', 'receive'),
}

/**
 * Makes a receiver: one line verifies.
 * @throws InvalidOptionsError naming the option: a secret that is missing, too short or has white space around it, a handler
 *   for a type that the catalogue does not have.
 * @example
 * const receiver = createReceiver({
 *   secret: process.env.CMS_WEBHOOK_SECRET,
 *   on: { 'order.created': (event) => console.log(event.data) },
 * })
 */
export const createReceiver = <C extends EventCatalogue = EventCatalogue>(
  options: ReceiverOptions<C>,
): Receiver => {
  checkOptions('createReceiver', options, OPTIONS)
  const { check, logger } = createVerification(options)
  const { events, on = {}, onAny, onUnhandled, claimMs = 60_000, dedupeTimeoutMs = 5_000, tracing } = options
  refuse('createReceiver', issuesOfHandlers(on, events))
  const { dedupe = memoryDedupe({ logger }) } = options
  const once = {
    dedupe: boundedDedupe(dedupe, dedupeTimeoutMs, logger),
    logger,
    claimMs,
    run: runHandlers({ on, onAny, onUnhandled } as AnyHandlers),
  }

  return {
    handle: async (request) => {
      try {
        const checked = await check(request)
        if ('refusal' in checked) return checked.refusal
        const event = readData(checked.envelope, events, logger)
        if (!event) return REFUSALS.malformed
        if (!tracing) return await handleOnce(event, once)
        return await traced(tracing, tracedRequest(event, request), logger, {
          call: () => handleOnce(event, once),
          outcome: (answer) => ({ status: answer.status, duplicate: answer === ACCEPTED.duplicate }),
        })
      } catch (error) {
        logger.limited(
          'error',
          'internal',
          { err: errorName(error) },
          'A webhook request could not be handled',
        )
        return REFUSALS.internal
      }
    },
  }
}

const tracedRequest = ({ id, event: type }: Envelope, { headers }: ReceiverRequest): TracedRequest => ({
  id,
  type,
  header: (name) => {
    const value = headerOf(headers, name)
    return typeof value === 'string' ? value : undefined
  },
})

const isDefinition = (value: unknown): boolean => {
  const schema = (value as { schema?: { safeParse?: unknown } } | null | undefined)?.schema
  return typeof schema?.safeParse === 'function'
}
