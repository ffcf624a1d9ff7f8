import { expect, it, onTestFinished } from 'vitest'
import type pg from 'pg'
import { NEVER, type Lane, type Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import { sampleEvent } from './fixtures.js'
import { freshStorage } from './support.js'

const T0 = Date.UTC(2026, 1, 1)

/** A transaction that has written, and stays open: nothing that dies after it began is cleared away. */
const holdOpen = async (pool: pg.Pool) => {
  const client = await pool.connect()
  await client.query('BEGIN')
  await client.query('SELECT pg_current_xact_id()')
  onTestFinished(async () => {
    await client.query('ROLLBACK')
    client.release()
  })
}

const fanOut = async (storage: Storage, lane: string, count: number) => {
  const events = Array.from({ length: count }, () => sampleEvent({ acceptedAt: T0 }))
  const deliveries = events.map(({ id }) => {
    const at = { dueAt: T0, createdAt: T0 }
    return { id: `dlv_${id}`, eventId: id, subscriptionId: lane, once: false, ...at }
  })
  await storage.events.append({ callId: events[0]?.id ?? '', events, visibleAt: T0 })
  await storage.events.fanOut({ now: T0, eventIds: events.map(({ id }) => id), deliveries })
  return deliveries.map(({ id }) => id)
}

const settle = (storage: Storage, { subscriptionId, token }: Lane, ids: readonly string[]) =>
  storage.lanes.complete({
    callId: ids[0] ?? '',
    now: T0,
    progressed: [],
    results: ids.map((deliveryId) => ({
      deliveryId,
      subscriptionId,
      token,
      expectedAttemptCount: 0,
      attempt: {
        number: 1,
        startedAt: T0,
        durationMs: 1,
        statusCode: 200,
        errorClass: null,
        error: null,
        responseBody: null,
        truncated: false,
      },
      status: 'delivered' as const,
      reason: null,
      dueAt: null,
      scheduleStep: 1,
    })),
  })

const takeLane = async (storage: Storage, subscriptionId: string): Promise<Lane> => {
  const input = { token: 'owner', now: T0, leaseMs: 60_000, limit: 1, subscriptionIds: [subscriptionId] }
  const [lane] = (await storage.lanes.acquire(input)).lanes
  if (!lane) throw new Error('the lane could not be taken')
  return lane
}

it('the next look at a lane starts where the last one ended, not at what has settled since a transaction was opened', async () => {
  const { pool, schema, storage } = await freshStorage()
  await holdOpen(pool)
  const ids = await fanOut(storage, 'sub_1', 3_000)
  const lane = await takeLane(storage, 'sub_1')
  await settle(storage, lane, ids.slice(1))
  const pagesRead = async () => {
    const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM "${schema}".upcoming('sub_1', 64)`,
    )
    return rows[0]?.['QUERY PLAN'][0].Plan['Shared Hit Blocks'] ?? NaN
  }
  const upcoming = () => storage.lanes.upcoming({ subscriptionId: 'sub_1', limit: 64 })
  expect((await upcoming()).map(({ id }) => id)).toEqual([ids[0]])
  await settle(storage, lane, ids.slice(0, 1))
  const before = await pagesRead()
  const later = { now: T0 + 1, leaseMs: 60_000, lanes: [lane] }
  expect(await storage.lanes.extend(later)).toEqual(['sub_1'])
  expect(await pagesRead()).toBeLessThan(before / 5)
  // Whatever is added is seen, however early it is due: a test is due before everything.
  const [event] = [sampleEvent()]
  await storage.events.append({ callId: 'late', events: [event], visibleAt: T0 })
  const test = { id: 'dlv_test', eventId: event.id, subscriptionId: 'sub_1', createdAt: T0, once: true }
  await storage.events.fanOut({ now: T0, eventIds: [event.id], deliveries: [{ ...test, dueAt: 0 }] })
  expect((await upcoming()).map(({ id }) => id)).toEqual(['dlv_test'])
  await storage.deliveries.resend({ ids: ids.slice(0, 1), now: T0 - 5 })
  expect((await upcoming()).map(({ id }) => id)).toEqual(['dlv_test', ids[0]])
})

it('a floor is not raised over what another process adds while its owner gives the lane back', async () => {
  const { storage } = await freshStorage()
  await fanOut(storage, 'sub_1', 1)
  for (let round = 0; round < 40; round += 1) {
    const lane = await takeLane(storage, 'sub_1')
    const before = await storage.lanes.upcoming({ subscriptionId: 'sub_1', limit: 99 })
    await settle(
      storage,
      lane,
      before.map(({ id }) => id),
    )
    const { window } = lane
    const given = {
      subscriptionId: 'sub_1',
      token: 'owner',
      wakeups: lane.wakeups,
      lifts: lane.lifts,
      window,
    }
    const rest = { dueAt: NEVER, hold: null, crashCount: 0, quarantinedAt: 0 }
    const [, ids] = await Promise.all([
      storage.lanes.release({ now: T0, lanes: [{ ...given, ...rest }] }),
      fanOut(storage, 'sub_1', 2),
      storage.lanes.extend({
        now: T0,
        leaseMs: 60_000,
        lanes: [{ subscriptionId: 'sub_1', token: 'owner' }],
      }),
    ])
    const after = await storage.lanes.upcoming({ subscriptionId: 'sub_1', limit: 99 })
    expect(after.map(({ id }) => id).sort()).toEqual([...ids].sort())
  }
})

it('the table of lanes is made anew when it is mostly what its lanes were before, and nothing of them is lost', async () => {
  const { pool, schema, storage } = await freshStorage()
  await holdOpen(pool)
  const ids = Array.from({ length: 50 }, (_, index) => `sub_${index}`)
  await storage.lanes.wake({ subscriptionIds: ids, now: T0 })
  const { lanes } = await storage.lanes.acquire({ token: 'owner', now: T0, leaseMs: 60_000, limit: 50 })
  const bytes = async () => {
    const { rows } = await pool.query<{ size: number }>(
      `SELECT pg_relation_size('"${schema}".lanes')::integer AS size`,
    )
    return rows[0]?.size ?? NaN
  }
  const window = { ends: Array.from({ length: 60 }, (_, index) => T0 + index / 4), reserved: 7 }
  const extend = () =>
    storage.lanes.extend({ now: T0, leaseMs: 60_000, lanes: lanes.map((lane) => ({ ...lane, window })) })
  let largest = 0
  await expect
    .poll(
      async () => {
        expect(await extend()).toHaveLength(50)
        const now = await bytes()
        largest = Math.max(largest, now)
        return now < largest
      },
      { timeout: 120_000, interval: 0 },
    )
    .toBe(true)
  const again = { token: 'other', now: T0, leaseMs: 1, limit: 0, subscriptionIds: ids }
  const { others } = await storage.lanes.acquire(again)
  expect(others).toHaveLength(50)
  for (const lane of others)
    expect(lane).toMatchObject({ token: 'owner', window, leaseMs: 60_000, wakeups: 1, dueAt: T0 })
})
