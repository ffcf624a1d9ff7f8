import type { Query } from '../drivers/database.js'

/** The channel of a schema; a schema's name is short enough for it. */
export const channelOf = (schema: string): string => `${schema}_work`

/**
 * Tells other processes that there is work, after a commit of ours and in a statement of its own: `NOTIFY` makes transactions
 * wait for each other as they commit. While one is under way, those that follow become one.
 * @param sender known to those who listen, so that none wakes itself
 */
export const announcer = (query: Query, schema: string, sender: string): (() => void) => {
  let underWay = false
  let again = false
  const send = (): void => {
    underWay = true
    again = false
    query('SELECT pg_notify($1, $2)', [channelOf(schema), sender])
      // A hint only: whoever misses it polls.
      .catch(() => undefined)
      .finally(() => {
        underWay = false
        if (again) send()
      })
  }
  return () => {
    if (underWay) again = true
    else send()
  }
}
