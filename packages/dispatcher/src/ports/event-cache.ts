import type { StoredEvent } from '../core/event.js'

/** Events that were accepted or loaded lately: one event's bytes go to many subscriptions. */
export interface EventCache {
  get(eventId: string): StoredEvent | undefined
  set(event: StoredEvent): void
}
