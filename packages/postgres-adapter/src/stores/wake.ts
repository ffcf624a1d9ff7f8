/**
 * Wakes lanes at `$1`, making those that are not there; in the order of their ids, as every statement on several lanes: none
 * waits for another in a circle. What is pending may be due as early as `$1`.
 * @param ids a query for the ids, each once
 */
export const wakeStatement = (schema: string, ids: string, lift = false): string => {
  const lifted = `, lifts = l.lifts + 1, crash_count = 0, quarantined_at = 0,
    lease_until = CASE WHEN l.token IS NULL THEN 0 ELSE l.lease_until END,
    lease_ms = CASE WHEN l.token IS NULL THEN 0 ELSE l.lease_ms END,
    hold = CASE WHEN l.token IS NULL THEN NULL ELSE l.hold END`
  return `INSERT INTO ${schema}.lanes AS l (subscription_id, due_at, wakeups, lifts)
    SELECT woken.id, $1::double precision, 1, ${lift ? 1 : 0} FROM (${ids}) woken(id) ORDER BY woken.id COLLATE "C"
    ON CONFLICT (subscription_id) DO UPDATE SET due_at = least(l.due_at, $1), wakeups = l.wakeups + 1,
      floor_at = least(l.floor_at, $1)${lift ? lifted : ''}`
}
