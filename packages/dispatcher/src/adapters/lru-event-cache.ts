import { LRUCache } from 'lru-cache'
import type { StoredEvent } from '../core/event.js'
import type { EventCache } from '../ports/event-cache.js'

/** Bounded by what the bodies weigh: `maxBytes`, 16 MiB unless told. */
export const lruEventCache = (maxBytes = 16 * 1024 * 1024): EventCache => {
  const cache = new LRUCache<string, StoredEvent>({
    maxSize: maxBytes,
    // A JavaScript string takes up to two bytes a character; the rest is the record around it.
    sizeCalculation: (event) => event.body.length * 2 + 512,
  })
  return {
    get: (eventId) => cache.get(eventId),
    set: (event) => void cache.set(event.id, event),
  }
}
