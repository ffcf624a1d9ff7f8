import type { z } from 'zod'
import { isEventType } from './envelope.js'
import { InvalidOptionsError } from './errors.js'

/** One type of event: what it means, what its `data` looks like, and a valid example. */
export interface EventDefinition<S extends z.ZodType = z.ZodType> {
  /** For people: shown in the admin API and in OpenAPI. */
  readonly description: string
  /** A zod schema (4): its input is what `dispatch` takes, its output what is sent and received. */
  readonly schema: S
  /** `data` that the schema takes. */
  readonly example: unknown
}

/** Types of events by name. */
export type EventCatalogue = Readonly<Record<string, EventDefinition>>

/** The names in a catalogue. */
export type EventType<C extends EventCatalogue> = keyof C & string

/** What `dispatch` takes as `data`. */
export type EventInput<C extends EventCatalogue, T extends EventType<C>> = z.input<C[T]['schema']>

/** What arrives as `data`. */
export type EventData<C extends EventCatalogue, T extends EventType<C>> = z.output<C[T]['schema']>

/**
 * Declares the events of an app.
 * @throws InvalidOptionsError naming a type that is not well formed, one without a zod schema, or an example that its own
 *   schema refuses.
 * @example
 * const events = defineEvents({
 *   'invoice.sent': {
 *     description: 'An invoice went out',
 *     schema: z.object({ invoiceId: z.string() }),
 *     example: { invoiceId: 'inv_1' },
 *   },
 * })
 */
export const defineEvents = <const C extends EventCatalogue>(events: C): Readonly<C> => {
  if (typeof events !== 'object' || events === null)
    throw new InvalidOptionsError('events: Expected an object of definitions by type.')
  for (const [type, definition] of Object.entries(events)) {
    if (!isEventType(type))
      throw new InvalidOptionsError(
        `events: ${JSON.stringify(type)} is not an event type. Use lower-case words joined by dots, like order.created.`,
      )
    if (typeof definition?.schema?.safeParse !== 'function')
      throw new InvalidOptionsError(
        `events: ${type} has no schema. Give it one of zod: { schema: z.object({ … }) }.`,
      )
    if (!definition.schema.safeParse(definition.example).success)
      throw new InvalidOptionsError(`events: the example of ${type} does not fit its own schema.`)
  }
  for (const definition of Object.values(events)) Object.freeze(definition)
  return Object.freeze(events)
}
