import type { DeliveryStore } from '@swigs/webhooks-dispatcher'
import type { Collections } from '../collections.js'
import { guarded } from '../errors.js'
import { STATES, toDelivery } from '../mapping.js'
import { listNewest } from './list-newest.js'
import { wakeLanes } from './wake-lanes.js'

const again = (now: number) => ({
  $set: { state: 0, reason: null, dueAt: now, scheduleStep: 0, settledAt: null, once: false },
  $unset: { doneAt: 1 as const },
})

const cancelled = (reason: 'cancelled' | 'subscription_removed', now: number) => ({
  $set: { state: 3, reason, settledAt: now, doneAt: new Date(now) },
})

/** A page of answers of 16 KiB each would be megabytes that nobody reads. */
const WITHOUT_ANSWERS = { 'attempts.responseBody': 0 } as const

export const mongoDeliveries = (at: () => Collections): DeliveryStore => {
  const find = async (id: string) => {
    const document = await at().deliveries.findOne({ _id: String(id) })
    return document ? toDelivery(document) : null
  }

  return {
    get: async (id) => guarded('deliveries.get', () => find(id)),
    list: async ({ subscriptionId, eventId, status, type, siteId, ...query }) =>
      guarded('deliveries.list', async () => {
        const equals = {
          ...(subscriptionId !== undefined && { lane: String(subscriptionId) }),
          ...(eventId !== undefined && { eventId: String(eventId) }),
          ...(status !== undefined && { state: STATES.indexOf(status) }),
          ...(type !== undefined && { eventType: String(type) }),
          ...(siteId !== undefined && { siteId: String(siteId) }),
        }
        const found = await listNewest(at().deliveries, 'createdAt', query, equals, WITHOUT_ANSWERS)
        return found.map(toDelivery).map((delivery) => ({
          ...delivery,
          attempts: delivery.attempts.map((attempt) => ({ ...attempt, responseBody: null })),
        }))
      }),
    resend: async ({ id, now }) =>
      guarded('deliveries.resend', async () => {
        const settled = { _id: String(id), state: { $in: [1, 2, 3] } }
        const { matchedCount } = await at().deliveries.updateOne(settled, again(now))
        const delivery = await find(id)
        if (delivery && matchedCount > 0) await wakeLanes(at().lanes, [delivery.subscriptionId], now)
        return delivery
      }),
    cancel: async ({ id, now }) =>
      guarded('deliveries.cancel', async () => {
        await at().deliveries.updateOne({ _id: String(id), state: 0 }, cancelled('cancelled', now))
        return find(id)
      }),
    cancelPending: async ({ subscriptionId, now, limit }) =>
      guarded('deliveries.cancelPending', async () => {
        const ids = await idsOf(at(), { lane: String(subscriptionId), state: 0 }, 'dueAt', limit)
        if (ids.length > 0)
          await at().deliveries.updateMany(
            { _id: { $in: ids }, state: 0 },
            cancelled('subscription_removed', now),
          )
        return ids.length
      }),
    countFailed: async ({ subscriptionId, since, until }) =>
      guarded('deliveries.countFailed', () =>
        at().deliveries.countDocuments({
          lane: String(subscriptionId),
          state: 2,
          once: false,
          settledAt: { $gte: since, $lt: until },
        }),
      ),
    recover: async ({ subscriptionId, since, until, now, limit }) =>
      guarded('deliveries.recover', async () => {
        const settledAt = { $gte: since, $lt: until }
        const failed = { lane: String(subscriptionId), state: 2, once: false, settledAt }
        const ids = await idsOf(at(), failed, 'settledAt', limit)
        if (ids.length === 0) return 0
        await at().deliveries.updateMany({ _id: { $in: ids }, state: 2 }, again(now))
        await wakeLanes(at().lanes, [String(subscriptionId)], now)
        return ids.length
      }),
  }
}

const idsOf = async (
  { deliveries }: Collections,
  filter: { lane: string; state: number; once?: boolean; settledAt?: { $gte: number; $lt: number } },
  order: 'dueAt' | 'settledAt',
  limit: number,
): Promise<string[]> => {
  const found = deliveries.find(filter).project<{ _id: string }>({ _id: 1 })
  return (
    await found
      .sort({ [order]: 1 })
      .limit(limit)
      .toArray()
  ).map(({ _id }) => _id)
}
