import {
  issuesFromZod,
  type Envelope,
  type EventCatalogue,
  type EventData,
  type EventType,
} from '@swigs/webhooks-protocol'
import { answer, REFUSALS, type Answer } from './answers.js'
import { A_FUNCTION, anObjectWith, checkOptions, refuse, type Expectation } from './check-options.js'
import { memoryDedupe, type Dedupe } from './dedupe.js'
import {
  createVerification,
  VERIFICATION_OPTIONS,
  type RawRequest,
  type Verification,
  type VerificationOptions,
} from './verification.js'

/** An event of one type, its data as its schema lets it through. */
export type ReceivedEvent<C extends EventCatalogue, T extends EventType<C> = EventType<C>> = {
  [K in T]: Envelope<EventData<C, K>, K>
}[T]

/** Handles an event, and is waited for. What it throws is answered with a 500, so that the sender tries again. */
export type Handler<E> = (event: E) => unknown

/** Handlers by type: of the catalogue's types, or of any type where there is no catalogue. */
export type Handlers<C extends EventCatalogue> =
  string extends EventType<C>
    ? Readonly<Record<string, Handler<Envelope> | undefined>>
    : { readonly [T in EventType<C>]?: Handler<ReceivedEvent<C, T>> | undefined }

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
}

/**
 * Makes a receiver: one line verifies.
 * @throws InvalidOptionsError naming the option: a secret that is missing or too short, a handler for a type that the
 *   catalogue does not have.
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
  const verification = createVerification(options)
  const { events, onAny, onUnhandled, dedupe = memoryDedupe() } = options
  const handlers = (options.on ?? {}) as Readonly<Record<string, Handler<Envelope> | undefined>>
  checkHandlers(handlers, events)
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

const isDefinition = (value: unknown): boolean => {
  const schema = (value as { schema?: { safeParse?: unknown } } | null | undefined)?.schema
  return typeof schema?.safeParse === 'function'
}

const checkHandlers = (handlers: object, events: EventCatalogue | undefined): void => {
  const issues = Object.entries(handlers).flatMap(([type, handler]) => {
    const path = `on.${type}`
    if (events && !Object.hasOwn(events, type))
      return [{ path, message: `Not a type of the catalogue. Known: ${Object.keys(events).join(', ')}` }]
    return handler === undefined || typeof handler === 'function'
      ? []
      : [{ path, message: 'Expected a function' }]
  })
  refuse('createReceiver', issues)
}

/** A handler's message may quote the payload: only the kind of error and its code are logged. */
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'not an Error'
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name
}
