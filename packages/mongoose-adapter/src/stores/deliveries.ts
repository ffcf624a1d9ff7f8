import type { DeliveryStore } from '@swigs/webhooks-dispatcher/storage-kit'
import { deliveriesOf } from '../attempt-ids.js'
import type { DeliveryDocument } from '../documents.js'
import { guarded } from '../errors.js'
import { STATES } from '../mapping/delivery.js'
import type { StoreContext } from './context.js'
import { listNewest } from './list-newest.js'
import { readDeliveries } from './read-deliveries.js'
import { readUpTo } from './reading.js'
import { wakeLanes } from './wake-lanes.js'

const again = (now: number) => ({
  $set: {
    state: 0,
    reason: null,
    dueAt: now,
    scheduleStep: 0,
    settledAt: null,
    once: false,
    writtenAt: now,
  },
  $unset: { doneAt: 1 as const },
})

export const mongoDeliveries = (context: StoreContext): DeliveryStore => {
  const { at } = context

  return {
    get: async (id) =>
      guarded('deliveries.get', async () => {
        const found = await at().deliveries.findOne({ _id: String(id) })
        const [delivery] = found ? await readDeliveries(context, [found], { answers: true }) : []
        return delivery ?? null
      }),
    list: async ({ subscriptionId, eventId, status, limit, ...query }) =>
      guarded('deliveries.list', () => {
        const equals = {
          ...(subscriptionId !== undefined && { lane: String(subscriptionId) }),
          ...(eventId !== undefined && { eventId: String(eventId) }),
          ...(status !== undefined && { state: STATES.indexOf(status) }),
        }
        const within = eventId === undefined ? undefined : deliveriesOf(String(eventId))
        const shape = { equals, within, projection: { 'attempts.responseBody': 0 } as const }
        const read = (rows: readonly DeliveryDocument[]) => readDeliveries(context, rows, { answers: false })
        return readUpTo(limit, read, ...listNewest(at().deliveries, 'createdAt', query, shape))
      }),
    resend: async ({ ids, now }) =>
      guarded('deliveries.resend', async () => {
        const { deliveries } = at()
        const those = { _id: { $in: ids.map(String) } }
        await deliveries.updateMany({ ...those, state: { $in: [1, 2, 3] } }, again(now))
        await deliveries.updateMany(
          { ...those, state: 0 },
          { $min: { dueAt: now }, $set: { writtenAt: now } },
        )
        const found = await deliveries.find(those).project<{ lane: string }>({ lane: 1 }).toArray()
        const lanes = new Set(found.map(({ lane }) => lane))
        if (lanes.size > 0) await wakeLanes(context, [...lanes], now)
      }),
    cancel: async ({ ids, reason, now, status = 'cancelled' }) =>
      guarded('deliveries.cancel', async () => {
        const pending = { _id: { $in: ids.map(String) }, state: 0 }
        const $set = { state: STATES.indexOf(status), reason, settledAt: now, doneAt: new Date(now) }
        await at().deliveries.updateMany(pending, { $set })
      }),
  }
}
