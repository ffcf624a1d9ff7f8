import { expect, it } from 'vitest'
import { cancelStatement } from '../src/stores/change-deliveries.js'
import { sampleEvent } from './fixtures.js'
import { freshStorage } from './support.js'

const T0 = Date.UTC(2026, 1, 1)

it('a rival that waits for a fan-out makes nothing a second time of what has settled by then', async () => {
  const { pool, schema, storage } = await freshStorage()
  const [first, event] = [sampleEvent({ acceptedAt: T0 }), sampleEvent({ acceptedAt: T0 })]
  const of = ({ id }: { id: string }) => ({
    id: `dlv_${id}`,
    eventId: id,
    subscriptionId: 'sub_1',
    dueAt: T0,
    createdAt: T0,
    once: false,
  })
  const fanOut = (which: typeof event) =>
    storage.events.fanOut({ now: T0, eventIds: [which.id], deliveries: [of(which)] })
  await storage.events.append({ callId: 'x', events: [first, event], visibleAt: T0 })
  // So that there is a partition for the day.
  await fanOut(first)
  await storage.deliveries.cancel({ ids: [of(first).id], reason: 'cancelled', now: T0 })

  const client = await pool.connect()
  await client.query('BEGIN')
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
  await expect
    .poll(async () => {
      const waiting = await pool.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE $1`,
        [`%${schema}%`],
      )
      return waiting.rows.length
    })
    .toBe(1)
  await client.query(cancelStatement(`"${schema}"`), [JSON.stringify([id]), 'cancelled', T0])
  await client.query('COMMIT')
  client.release()
  await rival
  expect(await storage.maintenance.counts({ now: T0 })).toMatchObject({ pending: 0, cancelled: 2 })
  expect(await storage.deliveries.list({ after: null, limit: 9 })).toHaveLength(2)
})
