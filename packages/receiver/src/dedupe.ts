import { LRUCache } from 'lru-cache'
import { A_COUNT, checkOptions } from './check-options.js'

/** What is known of an id: never seen, being handled right now, or handled. */
export type Claim = 'new' | 'in_progress' | 'done'

/**
 * Remembers which events were handled. Three verbs, so that a database can stand behind it. There, let a claim that is
 * neither completed nor released expire: its process may have died, and the sender is answered 503 until then.
 */
export interface Dedupe {
  /** Answers what is known of the id, and marks a new one as in progress: atomically. */
  claim(id: string): Promise<Claim> | Claim
  /** It was handled. */
  complete(id: string): Promise<void> | void
  /** It was not: the next claim is new again. */
  release(id: string): Promise<void> | void
}

/** How much is remembered. */
export interface MemoryDedupeOptions {
  /** Ids kept; the oldest go first. Default 10_000. */
  readonly maxEntries?: number | undefined
  /** How long an id is kept, ms. Default 24 h: longer than a sender's retries last. */
  readonly ttlMs?: number | undefined
}

/**
 * Remembers in this process. With several processes, or across restarts, put a database behind the port.
 * @throws InvalidOptionsError naming the option.
 * @example
 * createReceiver({ secret, dedupe: memoryDedupe({ maxEntries: 50_000 }) })
 */
export const memoryDedupe = (options: MemoryDedupeOptions = {}): Dedupe => {
  checkOptions('memoryDedupe', options, { maxEntries: A_COUNT, ttlMs: A_COUNT })
  const { maxEntries = 10_000, ttlMs = 86_400_000 } = options
  const done = new LRUCache<string, true>({ max: maxEntries, ttl: ttlMs })
  const inProgress = new Set<string>()
  return {
    claim: (id) => {
      if (done.has(id)) return 'done'
      if (inProgress.has(id)) return 'in_progress'
      inProgress.add(id)
      return 'new'
    },
    complete: (id) => {
      inProgress.delete(id)
      done.set(id, true)
    },
    release: (id) => void inProgress.delete(id),
  }
}
