import { randomUUID } from 'node:crypto'
import type { Query } from '../drivers/database.js'
import { announcer } from './announcer.js'
import { watchCommits } from './commits.js'
import { listen } from './listener.js'

/** How processes tell each other of work. */
export interface WakeUp {
  /** There is work for others. */
  announce(): void
  /** A caller's transaction has stored an event: there is work once it is committed. */
  stored(transactionId: string): void
  /** Calls `onHint` when there may be work; answers how to stop. */
  watch(onHint: () => void): Promise<() => Promise<void>>
  stop(): void
}

/** By `NOTIFY` and `LISTEN`, on a connection of its own. */
export const wakeUp = (query: Query, schema: string, connectionString: string): WakeUp => {
  const sender = randomUUID()
  const hints = new Set<() => void>()
  const announce = announcer(query, schema, sender)
  const hint = () => {
    for (const onHint of hints) onHint()
  }
  const commits = watchCommits(query, () => {
    announce()
    hint()
  })
  return {
    announce,
    stored: commits.add,
    watch: async (onHint) => {
      hints.add(onHint)
      const stop = listen({ connectionString, schema, sender }, onHint)
      return async () => {
        hints.delete(onHint)
        await stop()
      }
    },
    stop: commits.stop,
  }
}
