import { expect, it } from 'vitest'
import type { MalformedRow } from '@swigs/webhooks-dispatcher/storage-kit'
import { postgresStorage } from '../src/postgres-storage.js'
import { dispatcherOn, fields } from './fixtures.js'
import { freshStorage } from './support.js'

/** A storage with two subscriptions and a delivery of each, and what it reports. */
const setUp = async () => {
  const { pool, schema } = await freshStorage()
  const reported: MalformedRow[] = []
  const storage = postgresStorage(pool, { schema })
  const { webhooks } = dispatcherOn(storage)
  const [broken, sound] = [
    await webhooks.subscriptions.create(fields),
    await webhooks.subscriptions.create(fields),
  ]
  await webhooks.dispatch('order.created', {})
  await webhooks.drain()
  // The dispatcher has opened it for itself; whoever opens it last is told.
  await storage.open({ report: { malformed: (row) => void reported.push(row) } })
  const set = (table: string, assignment: string, where: string) =>
    pool.query(`UPDATE "${schema}".${table} SET ${assignment} WHERE ${where}`)
  return { storage, webhooks, reported, set, broken: broken.id, sound: sound.id }
}

it.each([
  ['headers', `'{not json'`],
  ['headers', `'7'`],
  ['rate_limit', `'"often"'`],
  ['secrets', `'[]'`],
  ['secrets', `'[{}]'`],
])('a subscription whose %s is %s is reported, and the others are there', async (column, value) => {
  const { storage, reported, set, broken, sound } = await setUp()
  await set('subscriptions', `${column} = ${value}`, `id = '${broken}'`)
  const found = await storage.subscriptions.list({ after: null, limit: 9 })
  expect(found.map(({ id }) => id)).toEqual([sound])
  expect((await storage.subscriptions.matching?.(['order.*']))?.map(({ id }) => id)).toEqual([sound])
  expect(reported[0]).toMatchObject({ noun: 'subscription', id: broken, problem: expect.any(String) })
  expect(JSON.stringify(reported)).not.toContain('often')
})

it('an attempt that cannot be read is reported, and its delivery is there without it', async () => {
  const { storage, reported, set, broken } = await setUp()
  await set('settled', `attempts = '{"{}"}'`, `subscription_id = '${broken}'`)
  const deliveries = await storage.deliveries.list({ after: null, limit: 9 })
  expect(deliveries.map(({ attempts }) => attempts.length).sort()).toEqual([0, 1])
  expect(reported).toMatchObject([{ noun: 'attempt' }])
})

it('a delivery in a state that nobody knows is reported, and the others are there', async () => {
  const { storage, reported, set, broken } = await setUp()
  await set('settled', 'state = 9', `subscription_id = '${broken}'`)
  expect(await storage.deliveries.list({ after: null, limit: 9 })).toHaveLength(1)
  expect(reported).toMatchObject([{ noun: 'delivery' }])
})

it('a rate window that cannot be read is taken to be used up, a hold to be none', async () => {
  const { storage, reported, set, broken } = await setUp()
  await set(
    'lanes',
    `rate_window = '{"ends":["x"]}', hold = 'null and void'`,
    `subscription_id = '${broken}'`,
  )
  const input = { token: 'x', now: 0, leaseMs: 1, limit: 0, subscriptionIds: [broken] }
  const { others } = await storage.lanes.acquire(input)
  expect(others).toMatchObject([{ window: { ends: [], reserved: 10_000 }, hold: null }])
  expect(reported.map(({ noun }) => noun)).toEqual(['lane', 'lane'])
})
