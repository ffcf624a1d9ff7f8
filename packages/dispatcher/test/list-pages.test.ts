import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../src/adapters/memory-storage.js'
import type { Storage } from '../src/ports/storage/storage.js'
import { setUp } from './support.js'

const T0 = Date.UTC(2026, 1, 1)
const LANE = 'subscription-1'

/** Deliveries `0…count-1`, oldest first, each as `of` says. */
const filled = async (count: number, of: (index: number) => { eventType: string; siteId: string }) => {
  const storage = memoryStorage()
  await storage.open()
  await storage.events.fanOut({
    now: T0,
    eventIds: [],
    deliveries: Array.from({ length: count }, (_, index) => ({
      id: `dlv_${String(index).padStart(6, '0')}`,
      eventId: `evt_${index}`,
      subscriptionId: LANE,
      dueAt: T0,
      createdAt: T0 + index,
      once: false,
      ...of(index),
    })),
  })
  return storage
}

/** Counts the rows that lists hand over. */
const counting = (storage: Storage) => {
  const rows: number[] = []
  const list: Storage['deliveries']['list'] = async (query) => {
    const found = await storage.deliveries.list(query)
    rows.push(found.length)
    return found
  }
  return { storage: { ...storage, deliveries: { ...storage.deliveries, list } }, rows }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

describe('a page of deliveries', () => {
  it('looks at 2,000 rows at most, whatever the filters; the next page goes on where it stopped', async () => {
    const made = await filled(5_000, (index) => ({
      siteId: 'site',
      eventType: index === 10 || index === 4_990 ? 'order.paid' : 'order.created',
    }))
    const { storage, rows } = counting(made)
    const { webhooks } = setUp({ storage })
    const found: string[] = []
    let cursor: string | null = null
    let pages = 0
    do {
      rows.length = 0
      const page = await webhooks.deliveries.list({ siteId: 'site', type: 'order.paid', limit: 10, cursor })
      expect(sum(rows)).toBeLessThanOrEqual(2_000)
      found.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      pages += 1
    } while (cursor !== null)
    expect(found).toEqual(['dlv_004990', 'dlv_000010'])
    expect(pages).toBe(3)
    await webhooks.stop()
  })

  it('reads no more than itself where an index serves its filters', async () => {
    const { storage, rows } = counting(
      await filled(5_000, () => ({ siteId: 'site', eventType: 'order.paid' })),
    )
    const { webhooks } = setUp({ storage })
    for (const filter of [
      {},
      { siteId: 'site' },
      { type: 'order.paid' },
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

  it('looks for what is pending for a subscription among its newest rows', async () => {
    const { storage, rows } = counting(
      await filled(5_000, () => ({ siteId: 'site', eventType: 'order.paid' })),
    )
    const { webhooks } = setUp({ storage })
    const { items } = await webhooks.deliveries.list({ subscriptionId: LANE, status: 'pending', limit: 10 })
    expect([items.length, sum(rows)]).toEqual([10, 200])
    await webhooks.stop()
  })

  it('is full where enough rows match, each row once over all pages', async () => {
    const made = await filled(1_000, (index) => ({
      siteId: 'site',
      eventType: index % 3 ? 'order.paid' : 'a.b',
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
