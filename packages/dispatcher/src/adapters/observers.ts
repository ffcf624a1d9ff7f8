import type { Logger } from '../ports/logger.js'
import type { ObservedEvent, ObservedEventName, Observer } from '../ports/observer.js'
import { observedChannels } from './observed-channels.js'
import { swallow } from './swallow.js'

/** What is worth a line in the log: what is lost, late or wrong. */
const LEVELS: Partial<Record<ObservedEventName, { level: 'info' | 'warn' | 'error'; message: string }>> = {
  'delivery.failed': { level: 'warn', message: 'A delivery failed for good; it can be resent' },
  'deliveries.given_up': { level: 'warn', message: 'Deliveries were given up; they can be resent' },
  'subscription.deactivated': { level: 'warn', message: 'A subscription was deactivated' },
  'subscription.failing': { level: 'warn', message: 'A subscription is failing' },
  'subscription.recovered': { level: 'info', message: 'A subscription has recovered' },
  'lease.lost': { level: 'warn', message: 'A lane was taken over by another process' },
  'row.malformed': { level: 'error', message: 'A row in the storage cannot be read and is passed over' },
  'lanes.repaired': {
    level: 'warn',
    message: 'Lanes slept past their work, or a clock was wrong; repaired',
  },
  'storage.unavailable': { level: 'error', message: 'The storage cannot be reached; trying again' },
  'storage.recovered': { level: 'info', message: 'The storage is back' },
}

/** Who is told what happens: the log, whoever listens on a diagnostics channel, the app's observers; none can break the flow. */
export class Observers {
  readonly #logger: Logger
  readonly #threw = new Set<ObservedEventName>()
  /** Never changed, only replaced: one that is added or removed meanwhile changes nothing for those who are being told. */
  #observers: readonly { readonly observer: Observer }[] = []

  constructor(logger: Logger, first?: Observer) {
    this.#logger = logger
    if (first) this.add(first)
  }

  /** Tells everybody. */
  readonly observe: Observer = (event) => {
    const line = LEVELS[event.name]
    if (line) this.#logger[line.level](event, line.message)
    const channel = observedChannels[event.name]
    if (channel.hasSubscribers) channel.publish(event)
    for (const { observer } of this.#observers) this.#tell(observer, event)
  }

  /** Whether an observer or a channel's subscriber is told of it. */
  readonly isObserved = (name: ObservedEventName): boolean =>
    this.#observers.length > 0 || observedChannels[name].hasSubscribers

  /** One more is told from now on; answers how to end that. */
  add(observer: Observer): () => void {
    const entry = { observer }
    this.#observers = [...this.#observers, entry]
    return () => void (this.#observers = this.#observers.filter((one) => one !== entry))
  }

  #tell(observer: Observer, event: ObservedEvent): void {
    try {
      // An async function is one too, by its type.
      const answer: unknown = observer(event)
      swallow(answer, () => this.#told(event.name))
    } catch {
      this.#told(event.name)
    }
  }

  #told(name: ObservedEventName): void {
    if (this.#threw.has(name)) return
    this.#threw.add(name)
    this.#logger.error({ event: name }, 'The observer threw; what it throws is ignored')
  }
}
