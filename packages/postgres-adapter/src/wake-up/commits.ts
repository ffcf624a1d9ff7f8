import type { Query } from '../drivers/database.js'

const FIRST_LOOK_MS = 4
const LONGEST_WAIT_MS = 500
/** A transaction that is open for longer is left to polling. */
const GIVEN_UP_AFTER_MS = 60_000
/** Beyond this many they are left to polling: so many commits a second keep every process awake. */
const MOST = 500

/**
 * Looks whether callers' transactions have been committed, each by its id: nothing of it is in their way. Answers how one is
 * told of, and how to stop.
 * @param onCommit called when at least one was
 */
export const watchCommits = (
  query: Query,
  onCommit: () => void,
): { add: (transactionId: string) => void; stop: () => void } => {
  const open = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let waitMs = FIRST_LOOK_MS

  const schedule = () => {
    timer = setTimeout(() => void look(), waitMs)
    timer.unref()
  }
  const look = async (): Promise<void> => {
    const ids = [...open.keys()]
    const rows = await query<{ id: string; status: string | null }>(
      `SELECT id, pg_xact_status(id::xid8) AS status FROM json_array_elements_text($1::text::json) AS g(id)`,
      [JSON.stringify(ids)],
      // A hint only: what cannot be looked at now is looked at again.
    ).catch(() => [])
    const ended = rows.filter(({ status }) => status !== 'in progress')
    for (const { id } of ended) open.delete(id)
    const oldest = performance.now() - GIVEN_UP_AFTER_MS
    for (const [id, since] of open) if (since < oldest) open.delete(id)
    if (ended.some(({ status }) => status === 'committed')) onCommit()
    timer = undefined
    waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)
    if (open.size > 0) schedule()
  }

  return {
    add: (id) => {
      if (open.size >= MOST || open.has(id)) return
      open.set(id, performance.now())
      waitMs = FIRST_LOOK_MS
      // A look that is far off is not waited for.
      clearTimeout(timer)
      schedule()
    },
    stop: () => {
      clearTimeout(timer)
      open.clear()
    },
  }
}
