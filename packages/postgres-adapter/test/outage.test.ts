import { systemClock, type ObservedEvent } from '@swigs/webhooks-dispatcher'
import { expect, it, onTestFinished } from 'vitest'
import { startOwnPostgres } from '../../../tools/postgres-server/start-postgres.js'
import { postgresStorage } from '../src/postgres-storage.js'
import { dispatcherOn, fields } from './fixtures.js'
import { poolOn } from './support.js'

const STUCK = { timeout: 300_000 }
const POLL = { timeout: 60_000, interval: 20 }

/** A server of its own, a dispatcher that works on it, and load that goes on until it is ended. */
const underLoad = async () => {
  const server = await startOwnPostgres()
  onTestFinished(() => server.stop())
  // The app's way to the server: what a proxy or a name in the DNS is in production.
  const address = { uri: server.uri }
  const pool = poolOn(server.uri, { connectionTimeoutMillis: 500 })
  onTestFinished(() => pool.end())
  const observed: ObservedEvent[] = []
  const open = (uri: string) =>
    dispatcherOn(
      postgresStorage(poolOn(uri, { connectionTimeoutMillis: 500 }), { operationTimeoutMs: 2_000 }),
      {
        clock: systemClock(),
        pollIntervalMs: 50,
        leaseMs: 6_000,
        rateLimit: false,
        observer: (event) => observed.push(event),
      },
    )
  const { webhooks, transport } = open(address.uri)
  await webhooks.subscriptions.create(fields)
  await webhooks.start()
  const accepted: string[] = []
  const refused: unknown[] = []
  let loading = true
  const load = async () => {
    while (loading)
      await webhooks.dispatch('order.created', {}).then(
        ({ id }) => accepted.push(id ?? ''),
        (error: unknown) => refused.push(error),
      )
  }
  const loads = Array.from({ length: 8 }, load)
  const endLoad = async () => {
    loading = false
    await Promise.all(loads)
  }
  const arrivedAt = (requests: typeof transport.requests) => new Set(requests.map(({ json }) => json.id))
  return {
    server,
    open,
    webhooks,
    accepted,
    refused,
    endLoad,
    arrived: () => arrivedAt(transport.requests),
    arrivedAt,
    named: (name: ObservedEvent['name']) => observed.filter((event) => event.name === name).length,
  }
}

it('a server that is killed under load and comes back costs nothing that was accepted', STUCK, async () => {
  const { server, webhooks, accepted, refused, endLoad, arrived, named } = await underLoad()
  await expect.poll(() => arrived().size, POLL).toBeGreaterThan(50)
  await server.cut()
  await expect.poll(() => refused.length, POLL).toBeGreaterThan(8)
  await expect.poll(() => named('storage.unavailable'), POLL).toBe(1)
  await endLoad()
  for (const error of refused) expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  await server.restore()
  await expect
    .poll(
      () =>
        webhooks.dispatch('order.created', {}).then(
          ({ id }) => accepted.push(id ?? '') > 0,
          () => false,
        ),
      POLL,
    )
    .toBe(true)
  await expect.poll(() => accepted.filter((id) => !arrived().has(id)), POLL).toEqual([])
  await expect.poll(() => named('storage.recovered'), POLL).toBe(1)
  await webhooks.stop()
})

it(
  'a standby that is promoted has all that was accepted once it had followed, and is refused as long as it is one',
  STUCK,
  async () => {
    const { server, open, webhooks, accepted, endLoad, arrived, arrivedAt } = await underLoad()
    const standby = await server.addStandby()
    await expect.poll(() => arrived().size, POLL).toBeGreaterThan(50)
    const readOnly = postgresStorage(poolOn(standby.uri))
    await expect(readOnly.open()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    await endLoad()
    // What streams asynchronously may lack the last commits: all of them are there before the primary goes.
    await server.followed()
    await server.cut()
    await webhooks.stop({ graceMs: 0 })
    await standby.promote()
    const after = open(standby.uri)
    await after.webhooks.start()
    const seen = () => new Set([...arrived(), ...arrivedAt(after.transport.requests)])
    await expect.poll(() => accepted.filter((id) => !seen().has(id)), POLL).toEqual([])
    expect((await after.webhooks.dispatch('order.created', {})).accepted).toBe(true)
    await after.webhooks.stop()
  },
)
