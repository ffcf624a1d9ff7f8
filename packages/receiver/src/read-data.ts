import { issuesFromZod, type Envelope, type EventCatalogue } from '@swigs/webhooks-protocol'
import type { SafeLogger } from './logger.js'

/** The envelope with its data as the catalogue's schema lets it through; `null`: it does not fit. A type that is not in it fits. */
export const readData = (
  envelope: Envelope,
  events: EventCatalogue | undefined,
  logger: SafeLogger,
): Envelope | null => {
  const { id, event } = envelope
  const definition = events && Object.hasOwn(events, event) ? events[event] : undefined
  if (!definition) return envelope
  const parsed = definition.schema.safeParse(envelope.data)
  if (parsed.success) return { ...envelope, data: parsed.data }
  const paths = issuesFromZod(parsed.error).map(({ path }) => path)
  logger.warn({ id, event, paths }, 'A verified event does not fit the catalogue')
  return null
}
