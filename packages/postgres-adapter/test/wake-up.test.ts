import { systemClock } from '@swigs/webhooks-dispatcher'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { postgresStorage } from '../src/postgres-storage.js'
import { channelOf } from '../src/wake-up/announcer.js'
import { listen } from '../src/wake-up/listener.js'
import { dispatcherOn, fields, sampleEvent } from './fixtures.js'
import { freshStorage, poolOn, postgresUri } from './support.js'

const HOUR = 3_600_000
const listening = { connectionString: postgresUri }

/** Kills the connections that listen on a schema's channel; answers how many there were. */
const killListeners = async (pool: pg.Pool, schema: string): Promise<number> => {
  const { rows } = await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND query LIKE $1`,
    [`%${channelOf(schema)}%`],
  )
  return rows.length
}

it('a process that polls once an hour starts at once with what another has accepted', async () => {
  const { pool, schema, storage: accepting } = await freshStorage({ listen: listening })
  const delivering = postgresStorage(pool, { schema, listen: listening })
  const options = { clock: systemClock(), pollIntervalMs: HOUR }
  const { webhooks: shop } = dispatcherOn(accepting, options)
  const { webhooks: worker, transport } = dispatcherOn(delivering, options)
  await shop.subscriptions.create(fields)
  await worker.start()
  await shop.dispatch('order.created', { n: 1 })
  await expect.poll(() => transport.requests.length).toBe(1)
  await shop.dispatch('order.created', { n: 2 })
  await expect.poll(() => transport.requests.length).toBe(2)
  await worker.stop()
  await shop.stop()
})

it.each([
  ['in another process', false],
  ['in this one', true],
])('what a session commits is delivered at once %s, and what it rolls back never', async (_where, here) => {
  const { pool, schema, storage } = await freshStorage({ listen: listening })
  const options = { clock: systemClock(), pollIntervalMs: HOUR }
  const { webhooks: shop, transport: own } = dispatcherOn(storage, options)
  const other = dispatcherOn(postgresStorage(pool, { schema, listen: listening }), options)
  await shop.subscriptions.create(fields)
  await (here ? shop : other.webhooks).start()
  const requests = () => (here ? own : other.transport).requests
  for (const end of ['ROLLBACK', 'COMMIT']) {
    const client = await pool.connect()
    await client.query('BEGIN')
    await shop.dispatch('order.created', { end }, { session: client })
    await client.query(end)
    client.release()
  }
  await expect.poll(() => requests().length).toBe(1)
  expect(requests()[0]?.json.data).toEqual({ end: 'COMMIT' })
  await other.webhooks.stop()
  await shop.stop()
})

it('a connection that breaks is made again, and says that there may have been something to hear', async () => {
  const { pool, schema, storage } = await freshStorage({ listen: listening })
  let hints = 0
  const unwatch = await storage.watch?.(() => void (hints += 1))
  await expect.poll(() => hints).toBe(1)
  expect(await killListeners(pool, schema)).toBe(1)
  await expect.poll(() => hints).toBe(2)
  await unwatch?.()
  await expect.poll(() => killListeners(pool, schema)).toBe(0)
})

it('a connection that does not answer its heartbeat is given up for another', async () => {
  const { pool, schema } = await freshStorage()
  let hints = 0
  const settings = { connectionString: postgresUri, schema, sender: 'me', heartbeatMs: 10 }
  const stop = listen(settings, () => void (hints += 1))
  onTestFinished(stop)
  await expect.poll(() => hints).toBe(1)
  // The statement in between shows that heartbeats are sent; the connection is killed between two of them.
  await expect
    .poll(async () => {
      const { rows } = await pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = 'SELECT 1' AND state = 'idle'`,
      )
      return rows.length
    })
    .toBeGreaterThan(0)
  await expect.poll(() => hints).toBeGreaterThan(1)
})

/** Hears all notifications of a schema; answers who has sent them, by the ids of their backends. */
const hearing = async (schema: string) => {
  const client = new pg.Client(postgresUri)
  await client.connect()
  onTestFinished(() => client.end())
  const senders: number[] = []
  client.on('notification', ({ processId }) => void senders.push(processId))
  await client.query(`LISTEN "${channelOf(schema)}"`)
  /** What was sent by now. */
  return async () => {
    await client.query('SELECT 1')
    return senders
  }
}

it('many that are fanned out at once are told of in few notifications', async () => {
  const { schema, storage } = await freshStorage({ listen: listening })
  const heard = await hearing(schema)
  const fanOut = async () => {
    const event = sampleEvent()
    await storage.events.append({ callId: event.id, events: [event], visibleAt: 0 })
    return storage.events.fanOut({ now: 0, eventIds: [event.id], deliveries: [], announce: true })
  }
  await Promise.all(Array.from({ length: 40 }, fanOut))
  await expect.poll(async () => (await heard()).length).toBeGreaterThan(0)
  expect((await heard()).length).toBeLessThan(40)
})

it('a caller’s transaction sends no notification: it is sent for it, once it is committed', async () => {
  const { pool, schema, storage } = await freshStorage({ listen: listening })
  const heard = await hearing(schema)
  const client = await pool.connect()
  await client.query('BEGIN')
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
  await storage.events.append({ callId: 'x', events: [sampleEvent()], visibleAt: 0, session: client })
  await client.query('COMMIT')
  await expect.poll(async () => (await heard()).length).toBe(1)
  expect(await heard()).not.toContain(rows[0]?.pid)
  client.release()
})

it('without `listen` nothing is watched, and no notification is sent', async () => {
  const { storage } = await freshStorage()
  expect(storage.watch).toBeUndefined()
  const pool = poolOn()
  onTestFinished(() => pool.end())
  const event = sampleEvent()
  await storage.events.append({ callId: 'x', events: [event], visibleAt: 0 })
  await storage.events.fanOut({ now: 0, eventIds: [event.id], deliveries: [], announce: true })
  const { rows } = await pool.query<{ used: number }>('SELECT pg_notification_queue_usage() AS used')
  expect(rows[0]?.used).toBe(0)
})
