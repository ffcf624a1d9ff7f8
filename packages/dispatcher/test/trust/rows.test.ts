import { expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { StorageReport } from '../../src/ports/storage/report.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { MINUTE, setUp } from '../support.js'

/** Memory storage in which one subscription cannot be read, from when `breakRow` is called until `mend`. */
const withBrokenSubscription = () => {
  const storage = memoryStorage()
  let broken: string | null = null
  let report: StorageReport | undefined
  const get: Storage['subscriptions']['get'] = async (ids) => {
    const found = await storage.subscriptions.get(ids)
    return found.filter(({ id }) => {
      if (id === broken) report?.malformed({ noun: 'subscription', id, problem: 'url: is no text' })
      return id !== broken
    })
  }
  const open: Storage['open'] = async (input) => {
    report = input?.report
    await storage.open(input)
  }
  return {
    storage: { ...storage, open, subscriptions: { ...storage.subscriptions, get } } satisfies Storage,
    breakRow: (id: string) => void (broken = id),
    mend: () => void (broken = null),
  }
}

it('a subscription that cannot be read loses nothing: it is told once, and goes on when it is mended', async () => {
  const { storage, breakRow, mend } = withBrokenSubscription()
  const { webhooks, clock, subscribe, transport, observed } = setUp({ storage })
  const broken = await subscribe({ events: ['order.created'] })
  await subscribe({ events: ['order.paid'] })
  await webhooks.dispatch('order.created', {})
  await webhooks.dispatch('order.paid', {})
  breakRow(broken.id)
  await webhooks.start()
  await clock.advance(5 * MINUTE)
  expect(transport.requests).toHaveLength(1)
  const row = { noun: 'subscription', id: broken.id, problem: 'url: is no text' }
  expect(observed.filter(({ name }) => name === 'row.malformed')).toEqual([{ name: 'row.malformed', ...row }])
  expect(await webhooks.stats()).toMatchObject({ pending: 1, malformed: [row] })
  mend()
  await clock.advance(2 * MINUTE)
  expect(transport.requests).toHaveLength(2)
  expect(await webhooks.stats()).toMatchObject({ pending: 0, delivered: 2 })
  await webhooks.stop()
})

it('a delivery whose event is gone is given up on the record, and those behind it go out at once', async () => {
  const storage = memoryStorage()
  const missing = new Set<string>()
  const get: Storage['events']['get'] = async (ids) =>
    storage.events.get(ids.filter((id) => !missing.has(id)))
  const elsewhere = setUp({ storage })
  await elsewhere.subscribe()
  for (let index = 0; index < 5; index += 1) {
    const { id } = await elsewhere.webhooks.dispatch('order.created', { index })
    if (index % 2 === 0) missing.add(String(id))
  }
  await elsewhere.clock.advance(10)
  // Another process, whose cache has none of them.
  const worker = setUp({ storage: { ...storage, events: { ...storage.events, get } } })
  await worker.webhooks.drain()
  expect(worker.transport.requests).toHaveLength(2)
  const { items } = await worker.webhooks.deliveries.list({ status: 'cancelled' })
  expect(items.map(({ reason }) => reason)).toEqual(['event_missing', 'event_missing', 'event_missing'])
  expect(await worker.webhooks.stats()).toMatchObject({ pending: 0, delivered: 2 })
  await worker.webhooks.stop()
})

it('an event that goes while its delivery waits in memory costs the lane that delivery, and neither time nor a permit', async () => {
  const [EVENTS, GONE] = [60, 3]
  const storage = memoryStorage()
  const gone = new Set<string>()
  const get: Storage['events']['get'] = async (ids) => {
    // Asked for one by one: those that the cache had no room for. The first of them are gone by now.
    if (ids.length === 1 && gone.size < GONE) gone.add(String(ids[0]))
    return storage.events.get(ids.filter((id) => !gone.has(id)))
  }
  const world = setUp({
    storage: { ...storage, events: { ...storage.events, get } },
    rateLimit: { limit: EVENTS - GONE, windowMs: MINUTE },
    laneConcurrency: 2,
  })
  await world.subscribe()
  for (let index = 0; index < EVENTS; index += 1)
    await world.webhooks.dispatch('order.created', { text: 'x'.repeat(200_000) })
  await world.webhooks.drain()
  expect(await world.webhooks.stats()).toMatchObject({
    delivered: EVENTS - GONE,
    cancelled: GONE,
    pending: 0,
  })
  const { items } = await world.webhooks.deliveries.list({ status: 'cancelled' })
  expect(items.map(({ reason, attemptCount }) => [reason, attemptCount])).toEqual(
    Array.from({ length: GONE }, () => ['event_missing', 0]),
  )
  expect(world.observed.filter(({ name }) => name === 'lane.held')).toEqual([])
  await world.webhooks.stop()
})
