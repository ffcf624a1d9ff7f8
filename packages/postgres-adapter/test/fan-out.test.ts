import { expect, it } from 'vitest'
import { cancelStatement } from '../src/stores/change-deliveries.js'
import { sampleEvent } from './fixtures.js'
import { freshStorage } from './support.js'

const T0 = Date.UTC(2026, 1, 1)

const of = ({ id }: { id: string }) => ({
  id: `dlv_${id}`,
  eventId: id,
  subscriptionId: 'sub_1',
  dueAt: T0,
  createdAt: T0,
  once: false,
})

/** Two events, the first of them fanned out and cancelled, so that there is a partition for the day. */
const setUp = async () => {
  const { pool, schema, storage } = await freshStorage()
  const [first, event] = [sampleEvent({ acceptedAt: T0 }), sampleEvent({ acceptedAt: T0 })]
  const fanOut = (which: typeof event) =>
    storage.events.fanOut({ now: T0, eventIds: [which.id], deliveries: [of(which)] })
  await storage.events.append({ callId: 'x', events: [first, event], visibleAt: T0 })
  await fanOut(first)
  await storage.deliveries.cancel({ ids: [of(first).id], reason: 'cancelled', now: T0 })
  /** Until somebody waits for what another transaction has locked. */
  const somebodyWaits = () =>
    expect
      .poll(async () => {
        const waiting = await pool.query(
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1`,
          [`%${schema}%`],
        )
        return waiting.rows.length
      })
      .toBe(1)
  const client = await pool.connect()
  await client.query('BEGIN')
  const cancels = () =>
    client.query(cancelStatement(`"${schema}"`), [JSON.stringify([of(event).id]), 'cancelled', T0])
  const commits = async () => {
    await client.query('COMMIT')
    client.release()
  }
  return { pool, schema, storage, first, event, fanOut, client, cancels, commits, somebodyWaits }
}

it('a rival that waits for a fan-out makes nothing a second time of what has settled by then', async () => {
  const { schema, storage, event, fanOut, client, cancels, commits, somebodyWaits } = await setUp()
  const { id, eventId } = of(event)
  await client.query(`SELECT "${schema}".fan_out($1, $2, $3, $4, $5, $6, $7, $8)`, [
    [id],
    [eventId],
    ['sub_1'],
    [T0],
    [T0],
    [false],
    [eventId],
    T0,
  ])
  const rival = fanOut(event)
  await somebodyWaits()
  await cancels()
  await commits()
  await rival
  expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({ pending: 0, cancelled: 2 })
  expect(await storage.deliveries.list({ after: null, limit: 9 })).toHaveLength(2)
})

it('a rival that waits for whoever settles a delivery makes it no second time', async () => {
  const { storage, event, fanOut, cancels, commits, somebodyWaits } = await setUp()
  await fanOut(event)
  await cancels()
  const rival = fanOut(event)
  await somebodyWaits()
  await commits()
  await rival
  expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({ pending: 0, cancelled: 2 })
  expect(await storage.deliveries.list({ after: null, limit: 9 })).toHaveLength(2)
})

it('a delivery that is pending and settled as well holds up nothing', async () => {
  const { pool, schema, storage, first, event, fanOut, commits } = await setUp()
  await commits()
  await fanOut(event)
  await pool.query(`
    INSERT INTO "${schema}".pending SELECT id, event_id, event_type, site_id, subscription_id, day, due_at, created_at,
      attempt_count, schedule_step, once, attempts, answers, settled_at, call_hash FROM "${schema}".settled`)
  expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({ pending: 2 })
  await storage.deliveries.cancel({
    ids: [of(first).id, of(event).id],
    reason: 'subscription_removed',
    now: T0,
  })
  expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({ pending: 0, cancelled: 2 })
  expect(await storage.deliveries.get(of(first).id)).toMatchObject({ reason: 'cancelled' })
  expect(await storage.deliveries.get(of(event).id)).toMatchObject({ reason: 'subscription_removed' })
})
