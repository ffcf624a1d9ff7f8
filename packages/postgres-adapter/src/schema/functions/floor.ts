/**
 * `seen`: lanes as they were when the statement began, and the first due time of what was pending for each then, which is the
 * floor to raise its own to.
 * @param ids a query for theirs
 */
export const seenLanes = (schema: string, ids: string): string => `seen AS MATERIALIZED (
    SELECT l.subscription_id, l.wakeups, l.floor_at,
      coalesce((SELECT p.due_at FROM ${schema}.pending p WHERE p.subscription_id = l.subscription_id
        AND p.due_at >= l.floor_at ORDER BY p.due_at LIMIT 1), 'Infinity') AS first_due_at
    FROM ${schema}.lanes l WHERE l.subscription_id = ANY (ARRAY(${ids}))
  )`

/** The floor of a lane `l`, raised unless anyone has woken it, or moved the floor, since it was `seen`. */
export const RAISED_FLOOR = `CASE WHEN l.wakeups = seen.wakeups AND l.floor_at = seen.floor_at THEN seen.first_due_at
      ELSE l.floor_at END`
