import { withoutAnswers, type DeliveryStore, type EventStore } from '@swigs/webhooks-dispatcher/storage-kit'
import { SessionUnsupportedError } from '@swigs/webhooks-protocol'
import { page, putDelivery, wakeLanes, type Rows } from './rows.js'

export const eventStore = (rows: Rows): EventStore => ({
  append: async ({ callId, events, visibleAt, session }) => {
    if (session !== undefined) throw new SessionUnsupportedError('toyStorage has no transactions.')
    const made = new Set<string>()
    return events.map((event) => {
      const { id } = event
      // Made again, the call knows its own work; an id that it brings twice is stored once.
      if (rows.events.has(id)) return !made.has(id) && rows.waiting.get(id)?.callId === callId
      made.add(id)
      rows.events.put(id, event)
      rows.waiting.put(id, { id, visibleAt, callId })
      return true
    })
  },
  unfanned: async ({ now, limit }) => {
    const due = rows.waiting.read().filter(({ visibleAt }) => visibleAt <= now)
    const oldest = due.sort((a, b) => a.visibleAt - b.visibleAt).slice(0, limit)
    return rows.events.read(oldest.map(({ id }) => id))
  },
  fanOut: async ({ now, eventIds, deliveries }) => {
    const unsent = { reason: null, settledAt: null, attemptCount: 0, scheduleStep: 0, attempts: [] }
    for (const delivery of deliveries.filter(({ id }) => !rows.deliveries.has(id))) {
      const { type: eventType = '', siteId = null } = rows.events.get(delivery.eventId) ?? {}
      putDelivery(rows, { ...delivery, eventType, siteId, status: 'pending', ...unsent }, now)
    }
    wakeLanes(
      rows,
      now,
      deliveries.map((delivery) => delivery.subscriptionId),
    )
    for (const id of eventIds) rows.waiting.remove(id)
  },
  get: async (ids) => rows.events.read(ids),
  list: async (query) => page(rows.events.read(), (row) => row.acceptedAt, query),
})

export const deliveryStore = (rows: Rows): DeliveryStore => ({
  get: async (id) => rows.deliveries.get(id) ?? null,
  list: async (query) => page(rows.deliveries.read(), (row) => row.createdAt, query).map(withoutAnswers),
  resend: async ({ ids, now }) => {
    const again = { status: 'pending', reason: null, scheduleStep: 0, settledAt: null, once: false } as const
    const found = rows.deliveries.read(ids)
    for (const row of found)
      if (row.status !== 'pending') putDelivery(rows, { ...row, ...again, dueAt: now }, now)
      else putDelivery(rows, { ...row, dueAt: Math.min(row.dueAt, now) }, now)
    wakeLanes(
      rows,
      now,
      found.map((row) => row.subscriptionId),
    )
  },
  cancel: async ({ ids, reason, now, status = 'cancelled' }) => {
    for (const row of rows.deliveries.read(ids))
      if (row.status === 'pending') putDelivery(rows, { ...row, status, reason, settledAt: now }, now)
  },
})
