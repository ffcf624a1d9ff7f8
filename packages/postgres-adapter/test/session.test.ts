import { expect, it } from 'vitest'
import { dispatcherOn, fields, sampleEvent } from './fixtures.js'
import { freshStorage, poolOn, postgresUri } from './support.js'

const append = { callId: 'call', visibleAt: 5 }

it('an append in a session is one statement on its client, an insert of the event and of its place in the queue', async () => {
  const { pool, schema, storage } = await freshStorage()
  const client = await pool.connect()
  await client.query('BEGIN')
  const statements: unknown[] = []
  const recording = {
    query: (text: string, values: unknown[]) => {
      statements.push(text)
      return client.query(text, values)
    },
  }
  const event = sampleEvent()
  expect(await storage.events.append({ ...append, events: [event], session: recording })).toEqual([true])
  expect(statements).toHaveLength(1)
  const { rows: locks } = await client.query(
    `SELECT DISTINCT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
     WHERE l.pid = pg_backend_pid() AND c.relkind = 'r' AND c.relnamespace = $1::regnamespace
       AND l.mode <> 'AccessShareLock' ORDER BY 1, 2`,
    [`"${schema}"`],
  )
  // What an insert takes, and nothing that waits for another insert.
  expect(locks).toEqual([
    { relname: 'events', mode: 'RowExclusiveLock' },
    { relname: 'unfanned', mode: 'RowExclusiveLock' },
  ])
  const { rows: advisory } = await client.query(
    `SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('advisory', 'object')`,
  )
  expect(advisory).toEqual([])
  await client.query('COMMIT')
  client.release()
  expect(await storage.events.get([event.id])).toEqual([event])
  expect(await storage.events.unfanned({ now: 5, limit: 9 })).toEqual([event])
})

it('an event commits with the caller’s writes, or vanishes with them', async () => {
  const { pool, storage } = await freshStorage()
  for (const [end, stays] of [
    ['COMMIT', true],
    ['ROLLBACK', false],
  ] as const) {
    const client = await pool.connect()
    await client.query('BEGIN')
    const event = sampleEvent()
    await storage.events.append({ ...append, events: [event], session: client })
    expect(await storage.events.get([event.id])).toEqual([])
    await client.query(end)
    client.release()
    expect(await storage.events.get([event.id])).toHaveLength(stays ? 1 : 0)
  }
})

it('transactions that dispatch do not wait for each other, nor does anyone for them', async () => {
  const { pool, storage } = await freshStorage()
  const { webhooks, transport } = dispatcherOn(storage)
  await webhooks.subscriptions.create(fields)
  const [first, second] = [await pool.connect(), await pool.connect()]
  await first.query('BEGIN')
  await second.query('BEGIN')
  await webhooks.dispatch('order.created', { n: 1 }, { session: first })
  await webhooks.dispatch('order.created', { n: 2 }, { session: second })
  await webhooks.dispatch('order.created', { n: 3 })
  await webhooks.drain()
  expect(transport.requests.map(({ json }) => json.data)).toEqual([{ n: 3 }])
  await second.query('COMMIT')
  await webhooks.drain()
  expect(transport.requests.map(({ json }) => json.data)).toEqual([{ n: 3 }, { n: 2 }])
  await first.query('ROLLBACK')
  await webhooks.drain()
  expect(transport.requests).toHaveLength(2)
  first.release()
  second.release()
  await webhooks.stop()
})

it('a key that was used before is a duplicate in a session too, and the transaction goes on', async () => {
  const { pool, storage } = await freshStorage()
  const { webhooks } = dispatcherOn(storage)
  const options = { idempotencyKey: 'stripe-1' }
  const { id } = await webhooks.dispatch('order.paid', {}, options)
  const client = await pool.connect()
  await client.query('BEGIN')
  const again = await webhooks.dispatch('order.paid', {}, { ...options, session: client })
  expect(again).toMatchObject({ id, duplicate: true })
  await webhooks.dispatch('order.paid', {}, { session: client })
  await client.query('COMMIT')
  client.release()
  expect(await storage.maintenance.counts({ now: 0 })).toMatchObject({ pendingEvents: 1 })
  await webhooks.stop()
})

it.each([
  ['a pool', () => poolOn(postgresUri)],
  ['a string', () => 'BEGIN'],
  ['an object that runs nothing', () => ({})],
  ['null', () => null],
])('%s is refused as a session, and told what to pass', async (_what, make) => {
  const { storage } = await freshStorage()
  const call = storage.events.append({ ...append, events: [sampleEvent()], session: make() })
  await expect(call).rejects.toMatchObject({
    code: 'SESSION_UNSUPPORTED',
    message: expect.stringContaining('fromDrizzle(tx)'),
  })
})

it('a client outside of a transaction is refused without a statement', async () => {
  const { pool, storage } = await freshStorage()
  const client = await pool.connect()
  await client.query('BEGIN')
  await client.query('COMMIT')
  const call = storage.events.append({ ...append, events: [sampleEvent()], session: client })
  await expect(call).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
  client.release()
  expect(await storage.maintenance.counts({ now: 0 })).toMatchObject({ pendingEvents: 0 })
})

it.each([
  ['a serialisation failure', '40001', null],
  ['a deadlock', '40P01', null],
  ['a transaction that has failed before', '25P02', 'STORAGE_FAILED'],
  ['a connection that broke', '08006', 'STORAGE_UNAVAILABLE'],
])('%s in a session is told as whoever repeats it knows it', async (_what, code, ours) => {
  const { storage } = await freshStorage()
  const error = Object.assign(new Error('no'), { code })
  const session = { query: () => Promise.reject(error) }
  const thrown = await storage.events
    .append({ ...append, events: [sampleEvent()], session })
    .catch((given: unknown) => given)
  if (ours === null) expect(thrown).toBe(error)
  else expect(thrown).toMatchObject({ code: ours })
})
