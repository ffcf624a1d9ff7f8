import {
  issuesFromZod,
  type Envelope,
  type EventCatalogue,
  type EventData,
  type EventType,
} from '@swigs/webhooks-protocol'
import { answer, REFUSALS, type Answer } from './answers.js'
import { memoryDedupe, type Dedupe } from './dedupe.js'
import {
  createVerification,
  type RawRequest,
  type Verification,
  type VerificationOptions,
} from './verification.js'

/** An event of one type, its data as its schema lets it through. */
export type ReceivedEvent<C extends EventCatalogue, T extends EventType<C> = EventType<C>> = {
  [K in T]: Envelope<EventData<C, K>, K>
}[T]

/** Handles an event. What it throws is answered with a 500, so that the sender tries again. */
export type Handler<E> = (event: E) => unknown

/** What `createReceiver` takes. */
export interface ReceiverOptions<C extends EventCatalogue> extends VerificationOptions {
  /** The catalogue that types and validates the handlers' data. Default: any type, unknown data. */
  readonly events?: C | undefined
  /** Handlers by type. */
  readonly on?: { readonly [T in EventType<C>]?: Handler<ReceivedEvent<C, T>> } | undefined
  /** Called for every event, after the handler of its type. */
  readonly onAny?: Handler<ReceivedEvent<C>> | undefined
  /** Called for an event that nobody handles. */
  readonly onUnhandled?: Handler<Envelope> | undefined
  /** Default: `memoryDedupe()`. */
  readonly dedupe?: Dedupe | undefined
}

/** A webhook receiver, whatever it runs in. */
export interface Receiver {
  /** Verifies, dedupes, handles, and answers. Never throws. */
  handle(request: RawRequest): Promise<Answer>
  /** For the framework entries. */
  readonly verification: Verification
}

/**
 * Makes a receiver: one line verifies.
 * @throws InvalidOptionsError when the secret is missing or too short.
 * @example
 * const receiver = createReceiver({
 *   secret: process.env.CMS_WEBHOOK_SECRET,
 *   on: { 'order.created': (event) => console.log(event.data) },
 * })
 */
export const createReceiver = <C extends EventCatalogue = EventCatalogue>(
  options: ReceiverOptions<C>,
): Receiver => {
  const verification = createVerification(options)
  const { events, on = {}, onAny, onUnhandled, dedupe = memoryDedupe() } = options
  const { logger } = verification

  const readData = (envelope: Envelope): Envelope | null => {
    const definition = events && Object.hasOwn(events, envelope.event) ? events[envelope.event] : undefined
    if (!definition) return envelope
    const parsed = definition.schema.safeParse(envelope.data)
    if (parsed.success) return { ...envelope, data: parsed.data }
    const paths = issuesFromZod(parsed.error).map(({ path }) => path)
    logger.warn(
      { id: envelope.id, event: envelope.event, paths },
      'A verified event does not fit the catalogue',
    )
    return null
  }

  const run = async (event: Envelope): Promise<void> => {
    const handlers = on as Readonly<Record<string, Handler<Envelope> | undefined>>
    const handler = Object.hasOwn(handlers, event.event) ? handlers[event.event] : undefined
    if (!handler && !onAny) await onUnhandled?.(event)
    await handler?.(event)
    await (onAny as Handler<Envelope> | undefined)?.(event)
  }

  const handleOnce = async (event: Envelope): Promise<Answer> => {
    const claim = await dedupe.claim(event.id)
    if (claim === 'done') return answer(200, { received: true, duplicate: true })
    if (claim === 'in_progress') return REFUSALS.inProgress
    try {
      await run(event)
    } catch (error) {
      await dedupe.release(event.id)
      logger.error({ id: event.id, event: event.event, err: nameOf(error) }, 'A webhook handler failed')
      return REFUSALS.handlerFailed
    }
    await dedupe.complete(event.id)
    return answer(200, { received: true })
  }

  return {
    verification,
    handle: async (request) => {
      const checked = verification.check(request)
      if ('refusal' in checked) return checked.refusal
      const event = readData(checked.envelope)
      if (!event) return REFUSALS.malformed
      try {
        return await handleOnce(event)
      } catch (error) {
        logger.error({ id: event.id, err: nameOf(error) }, 'The dedupe store failed')
        return REFUSALS.handlerFailed
      }
    },
  }
}

/** A handler's message may quote the payload: only the kind of error and its code are logged. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'not an Error'
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name
}
