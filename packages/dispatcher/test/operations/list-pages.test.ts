import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { sampleEvent } from '../../src/testing/storage/samples.js'
import { setUp } from '../support.js'

const T0 = Date.UTC(2026, 1, 1)
const LANE = 'subscription-1'

/** Deliveries `0…count-1` of an event each, oldest first, each as `of` says. */
const filled = async (count: number, of: (index: number) => { type: string; siteId: string }) => {
  const storage = memoryStorage()
  await storage.open()
  const number = (index: number) => String(index).padStart(6, '0')
  const events = Array.from({ length: count }, (_, index) =>
    sampleEvent({ id: `evt_${number(index)}`, acceptedAt: T0 + index, ...of(index) }),
  )
  await storage.events.append({ callId: 'all', events, visibleAt: T0 })
  const deliveries = events.map(({ id }, index) => ({
    id: `dlv_${number(index)}`,
    eventId: id,
    subscriptionId: LANE,
    dueAt: T0,
    createdAt: T0 + index,
    once: false,
  }))
  await storage.events.fanOut({ now: T0, eventIds: events.map(({ id }) => id), deliveries })
  return storage
}

/** Counts the rows that lists hand over. */
const counting = (storage: Storage) => {
  const rows: number[] = []
  const counted =
    <Q, R>(list: (query: Q) => Promise<R[]>) =>
    async (query: Q) => {
      const found = await list(query)
      rows.push(found.length)
      return found
    }
  const deliveries = { ...storage.deliveries, list: counted(storage.deliveries.list) }
  const events = { ...storage.events, list: counted(storage.events.list) }
  return { storage: { ...storage, deliveries, events }, rows }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

describe('a page of deliveries', () => {
  it('looks at 2,000 rows at most, whatever the filters; the next page goes on where it stopped', async () => {
    const made = await filled(5_000, (index) => ({
      siteId: 'site',
      type: index === 10 || index === 4_990 ? 'order.paid' : 'order.created',
    }))
    const { storage, rows } = counting(made)
    const { webhooks } = setUp({ storage })
    const found: string[] = []
    let cursor: string | null = null
    let pages = 0
    do {
      rows.length = 0
      const page = await webhooks.deliveries.list({ siteId: 'site', type: 'order.paid', limit: 10, cursor })
      // An event, and the deliveries of those that match.
      expect(sum(rows)).toBeLessThanOrEqual(2_002)
      found.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      pages += 1
    } while (cursor !== null)
    expect(found).toEqual(['dlv_004990', 'dlv_000010'])
    expect(pages).toBe(3)
    await webhooks.stop()
  })

  it('reads no more than itself where an index serves its filters', async () => {
    const { storage, rows } = counting(await filled(5_000, () => ({ siteId: 'site', type: 'order.paid' })))
    const { webhooks } = setUp({ storage })
    for (const filter of [
      {},
      { status: 'pending' },
      { subscriptionId: LANE },
      { since: T0, until: T0 + 4_000 },
    ] as const) {
      rows.length = 0
      const { items, nextCursor } = await webhooks.deliveries.list({ ...filter, limit: 10 })
      expect([items.length, nextCursor === null, rows]).toEqual([10, false, [11]])
    }
    await webhooks.stop()
  })

  it('by what their events say reads an event for each of its rows, and little more', async () => {
    const { storage, rows } = counting(await filled(5_000, () => ({ siteId: 'site', type: 'order.paid' })))
    const { webhooks } = setUp({ storage })
    for (const filter of [
      { siteId: 'site' },
      { type: 'order.paid' },
      { type: 'order.paid', status: 'delivered' },
    ] as const) {
      rows.length = 0
      await webhooks.deliveries.list({ ...filter, limit: 10 })
      expect(sum(rows)).toBeLessThanOrEqual('status' in filter ? 4_000 : 400)
    }
    await webhooks.stop()
  })

  it('looks for what is pending for a subscription among its newest rows', async () => {
    const { storage, rows } = counting(await filled(5_000, () => ({ siteId: 'site', type: 'order.paid' })))
    const { webhooks } = setUp({ storage })
    const { items } = await webhooks.deliveries.list({ subscriptionId: LANE, status: 'pending', limit: 10 })
    expect([items.length, sum(rows)]).toEqual([10, 200])
    await webhooks.stop()
  })

  it('is full where enough rows match, each row once over all pages', async () => {
    const made = await filled(1_000, (index) => ({
      siteId: 'site',
      type: index % 3 ? 'order.paid' : 'a.b',
    }))
    const { webhooks } = setUp({ storage: made })
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page = await webhooks.deliveries.list({ siteId: 'site', type: 'a.b', limit: 50, cursor })
      if (page.nextCursor) expect(page.items).toHaveLength(50)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(334)
    expect(seen).toEqual([...seen].sort().reverse())
    await webhooks.stop()
  })
})
