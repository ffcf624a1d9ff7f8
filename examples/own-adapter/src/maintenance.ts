import { CLOCKS_DIFFER_MS, NEVER, type Maintenance } from '@swigs/webhooks-dispatcher/storage-kit'
import { pendingOf, putDelivery, wakeLanes, type Rows } from './rows.js'

export const maintenance = (rows: Rows): Maintenance => ({
  counts: async ({ now }) => {
    const counts = { pending: 0, delivered: 0, failed: 0, cancelled: 0 }
    for (const { status } of rows.deliveries.read()) counts[status] += 1
    const due = pendingOf(rows).filter(({ dueAt }) => dueAt <= now)
    const awake = rows.lanes.read().filter(({ dueAt }) => dueAt < NEVER)
    const next = awake.map(({ dueAt, leaseUntil }) => Math.max(dueAt, leaseUntil)).sort((a, b) => a - b)
    const pendingEvents = rows.waiting.read().length
    const [oldestDueAt = null] = due.map(({ dueAt }) => dueAt)
    return { ...counts, pendingEvents, due: due.length, oldestDueAt, nextDueAt: next[0] ?? null }
  },
  prune: async ({ before, limit }) => {
    const busy = new Set(pendingOf(rows).map(({ eventId }) => eventId))
    const done = ({ id }: { id: string }) => !busy.has(id) && !rows.waiting.has(id)
    const old = rows.events.read().filter((event) => event.acceptedAt < before && done(event))
    const gone = new Set(old.slice(0, limit).map(({ id }) => id))
    for (const { id } of rows.deliveries.read().filter(({ eventId }) => gone.has(eventId)))
      for (const table of [rows.deliveries, rows.writtenAt]) table.remove(id)
    for (const id of gone) rows.events.remove(id)
    for (const { id, state, createdAt } of rows.replays.read())
      if (state !== 'running' && createdAt < before) rows.replays.remove(id)
    return gone.size
  },
  repair: async ({ now, latestDueAt, latestVisibleAt }) => {
    for (const row of rows.waiting.read()) {
      const latest =
        (rows.events.get(row.id)?.acceptedAt ?? 0) > now + CLOCKS_DIFFER_MS ? now : latestVisibleAt
      rows.waiting.put(row.id, { ...row, visibleAt: Math.min(row.visibleAt, latest) })
    }
    for (const row of pendingOf(rows)) {
      const ahead = Math.max(0, (rows.writtenAt.get(row.id) ?? now) - now)
      const dueAt = Math.min(row.dueAt - ahead, latestDueAt)
      if (dueAt < row.dueAt) putDelivery(rows, { ...row, dueAt }, now)
    }
    const tooLong = rows.lanes.read().filter(({ leaseUntil, leaseMs }) => leaseUntil > now + leaseMs)
    for (const row of tooLong) rows.lanes.put(row.subscriptionId, { ...row, leaseUntil: now + row.leaseMs })
    const withWork = new Set(pendingOf(rows).map(({ subscriptionId }) => subscriptionId))
    const asleep = [...withWork].filter((id) => oversleeps(rows, id, now))
    wakeLanes(rows, now, asleep)
    return new Set([...tooLong.map(({ subscriptionId }) => subscriptionId), ...asleep]).size
  },
})

/** Whether a lane sleeps past its work, with no owner at it, and neither paused nor off. */
const oversleeps = (rows: Rows, id: string, now: number): boolean => {
  const { token = null, leaseUntil = 0, dueAt = NEVER } = rows.lanes.get(id) ?? {}
  const { isActive = true, pausedAt = null } = rows.subscriptions.get(id) ?? {}
  const first = pendingOf(rows, id)[0]?.dueAt ?? now
  const owned = token !== null && leaseUntil > now
  return isActive && pausedAt === null && !owned && dueAt > Math.max(first, now)
}
