import type { Logger } from '../ports/logger.js'
import type { ObservedEvent, Observer } from '../ports/observer.js'
import { swallow } from './swallow.js'

/** What is worth a line in the log: what is lost, late or wrong. */
const LEVELS: Partial<Record<ObservedEvent['name'], { level: 'info' | 'warn' | 'error'; message: string }>> =
  {
    'delivery.failed': { level: 'warn', message: 'A delivery failed for good; it can be resent' },
    'subscription.failing': { level: 'warn', message: 'A subscription is failing' },
    'subscription.recovered': { level: 'info', message: 'A subscription has recovered' },
    'subscription.deactivated': { level: 'warn', message: 'A subscription was deactivated' },
    'lease.lost': { level: 'warn', message: 'A lane was taken over by another process' },
    'row.malformed': { level: 'error', message: 'A row in the storage cannot be read and is passed over' },
    'lanes.repaired': {
      level: 'warn',
      message: 'Lanes slept past their work, or a clock was wrong; repaired',
    },
    'storage.unavailable': { level: 'error', message: 'The storage cannot be reached; trying again' },
    'storage.recovered': { level: 'info', message: 'The storage is back' },
  }

/** Tells the logger, then the user's observer; neither can break the flow. */
export const loggingObserver = (logger: Logger, observer: Observer | undefined): Observer => {
  const told = new Set<ObservedEvent['name']>()
  const threw = (name: ObservedEvent['name']): void => {
    if (told.has(name)) return
    told.add(name)
    logger.error({ event: name }, 'The observer threw; what it throws is ignored')
  }
  return (event) => {
    const line = LEVELS[event.name]
    if (line) logger[line.level](event, line.message)
    try {
      // An async function is one too, by its type.
      const answer: unknown = observer?.(event)
      swallow(answer, () => threw(event.name))
    } catch {
      threw(event.name)
    }
  }
}
