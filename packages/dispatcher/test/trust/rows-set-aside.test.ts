import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { setUp } from '../support.js'

type Rows = readonly { readonly id: string }[]

/** Memory storage that sets rows of its lists aside, as storages do with those that they cannot read: pages are short then. */
const settingAside = () => {
  const made = memoryStorage()
  const aside = new Set<string>()
  const short = <Q, R extends Rows>(list: (query: Q) => Promise<R>) =>
    (async (query: Q) => (await list(query)).filter(({ id }) => !aside.has(id))) as unknown as (
      query: Q,
    ) => Promise<R>
  const storage: Storage = {
    ...made,
    subscriptions: { ...made.subscriptions, list: short(made.subscriptions.list) },
    events: { ...made.events, list: short(made.events.list) },
    deliveries: { ...made.deliveries, list: short(made.deliveries.list) },
  }
  return { storage, aside }
}

/** Four subscriptions, and four events that failed for each. */
const world = async () => {
  const { storage, aside } = settingAside()
  let status = 404
  const all = setUp({ storage, respond: () => status })
  const { webhooks, subscribe, clock } = all
  const ids: string[] = []
  for (let n = 0; n < 4; n += 1) {
    ids.push((await subscribe()).id)
    await clock.advance(1_000)
  }
  for (let n = 0; n < 4; n += 1) {
    await webhooks.dispatch('order.created', { n })
    await webhooks.drain()
    await clock.advance(1_000)
  }
  status = 200
  return { ...all, ids, aside }
}

/** Ids on all pages. */
const pagedThrough = async (
  read: (page: { cursor?: string; limit: number }) => Promise<{ items: Rows; nextCursor: string | null }>,
): Promise<string[]> => {
  const found: string[] = []
  let cursor: string | undefined
  do {
    const page = await read({ limit: 2, ...(cursor !== undefined && { cursor }) })
    found.push(...page.items.map(({ id }) => id))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return found
}

describe('a row that is set aside takes nothing with it that lies behind it', () => {
  it('in lists', async () => {
    const { webhooks, ids, aside } = await world()
    const [event] = (await webhooks.events.list()).items
    const deliveries = (await webhooks.deliveries.list({ limit: 100 })).items.map(({ id }) => id)
    for (const id of [ids[3], event?.id, deliveries[0]]) aside.add(String(id))
    expect(await pagedThrough((page) => webhooks.subscriptions.list(page))).toHaveLength(3)
    expect(await pagedThrough((page) => webhooks.events.list(page))).toHaveLength(3)
    for (const filter of [{}, { status: 'failed' as const }, { reason: 'rejected' as const }])
      expect(await pagedThrough((page) => webhooks.deliveries.list({ ...filter, ...page }))).toHaveLength(15)
  })

  it('where many are paused, counted, or sent again at once', async () => {
    const { webhooks, ids, aside, transport } = await world()
    const [first] = (await webhooks.deliveries.list({ limit: 1 })).items
    for (const id of [ids[3], first?.id]) aside.add(String(id))
    expect(await webhooks.deliveries.count({ status: 'failed' })).toEqual({ count: 15, atLeast: false })
    const sent = transport.requests.length
    await webhooks.deliveries.replay({ since: 0, which: 'failed' })
    await webhooks.drain()
    expect(transport.requests.length - sent).toBe(15)
    const { appName } = await webhooks.subscriptions.get(String(ids[0]))
    expect(await webhooks.subscriptions.pauseAll({ appName })).toEqual({ count: 3 })
  })

  it('where events are replayed to all that match', async () => {
    const { webhooks, aside, transport } = await world()
    const [event] = (await webhooks.events.list({ limit: 1 })).items
    aside.add(String(event?.id))
    const sent = transport.requests.length
    await webhooks.deliveries.replay({ since: 0, which: 'all' })
    await webhooks.drain()
    expect(transport.requests.length - sent).toBe(12)
  })
})
