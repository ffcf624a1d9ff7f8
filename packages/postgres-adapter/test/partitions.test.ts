import { expect, it } from 'vitest'
import { quoted } from '../src/schema/migrations.js'
import { postgresStorage } from '../src/postgres-storage.js'
import { sampleEvent } from './fixtures.js'
import { freshStorage } from './support.js'

const DAY_MS = 86_400_000
const FIRST = Date.UTC(2026, 1, 1, 10)
const SECOND = FIRST + DAY_MS

/** One delivery of an event that was accepted on each day. */
const setUp = async () => {
  const { pool, schema, storage } = await freshStorage()
  const events = [FIRST, SECOND].map((acceptedAt) => sampleEvent({ acceptedAt }))
  const deliveries = events.map(({ id, acceptedAt }) => {
    const at = { dueAt: acceptedAt, createdAt: acceptedAt }
    return { id: `dlv_${id}`, eventId: id, subscriptionId: 'sub_1', once: false, ...at }
  })
  await storage.events.append({ callId: 'x', events, visibleAt: FIRST })
  await storage.events.fanOut({ now: FIRST, eventIds: events.map(({ id }) => id), deliveries })
  const days = async () => {
    const { rows } = await pool.query<{ name: string }>(
      'SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass',
      [`${quoted(schema)}.settled`],
    )
    return rows.map(({ name }) => Number(/(\d+)"?$/.exec(name)?.[1])).sort()
  }
  const ids = deliveries.map(({ id }) => id)
  const cancel = (which: readonly string[]) =>
    storage.deliveries.cancel({ ids: which, reason: 'cancelled', now: SECOND })
  return { pool, schema, storage, ids, cancel, days, events }
}

const dayOf = (at: number) => Math.floor(at / DAY_MS)

it('what settles goes into the partition of the day on which its event was accepted, made when it is needed', async () => {
  const { ids, cancel, days } = await setUp()
  expect(await days()).toEqual([])
  await cancel(ids)
  expect(await days()).toEqual([dayOf(FIRST), dayOf(SECOND)])
})

it('processes that need a partition at once make one', async () => {
  const { pool, schema, ids, days } = await setUp()
  const storages = Array.from({ length: 4 }, () => postgresStorage(pool, { schema }))
  await Promise.all(storages.map((storage) => storage.open()))
  await Promise.all(
    storages.map((storage) =>
      storage.deliveries.cancel({ ids: ids.slice(0, 1), reason: 'cancelled', now: FIRST }),
    ),
  )
  expect(await days()).toEqual([dayOf(FIRST)])
  expect(await storages[0]?.maintenance.counts({ now: FIRST })).toMatchObject({ cancelled: 1, pending: 1 })
})

it('a whole day beyond the retention is dropped at once, and its events go with it', async () => {
  const { storage, ids, cancel, days, events } = await setUp()
  await cancel(ids)
  const before = (dayOf(FIRST) + 1) * DAY_MS
  expect(await storage.maintenance.prune({ before, limit: 100 })).toBe(1)
  expect(await days()).toEqual([dayOf(SECOND)])
  expect(await storage.deliveries.get(ids[0] ?? '')).toBeNull()
  expect(await storage.events.get(events.map(({ id }) => id))).toHaveLength(1)
  expect(await storage.maintenance.counts({ now: FIRST })).toMatchObject({ cancelled: 1 })
})

it('a day of which something is pending is kept', async () => {
  const { storage, ids, cancel, days } = await setUp()
  await cancel(ids)
  await storage.deliveries.resend({ ids: ids.slice(0, 1), now: SECOND })
  expect(await storage.maintenance.prune({ before: SECOND - 1, limit: 100 })).toBe(0)
  expect(await days()).toContain(dayOf(FIRST))
  expect(await storage.deliveries.get(ids[0] ?? '')).toMatchObject({ status: 'pending' })
})

it('a day that somebody reads for long is left to the next time, and nobody waits for it', async () => {
  const { pool, schema, storage, ids, cancel, days } = await setUp()
  await cancel(ids)
  const reader = await pool.connect()
  await reader.query('BEGIN')
  await reader.query(`SELECT count(*) FROM ${quoted(schema)}.settled`)
  const before = (dayOf(FIRST) + 1) * DAY_MS
  await storage.maintenance.prune({ before, limit: 100 })
  expect(await days()).toContain(dayOf(FIRST))
  await reader.query('COMMIT')
  reader.release()
  await storage.maintenance.prune({ before, limit: 100 })
  expect(await days()).toEqual([dayOf(SECOND)])
})
