import type { Connection } from 'mongoose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { INDEXES } from '../src/indexes.js'
import { mongooseStorage } from '../src/mongoose-storage.js'
import { dispatcherOn, fields } from './fixtures.js'
import { describeStatement, insistsOnIds, recordStatements, servedBy, type Statement } from './statements.js'
import { describeOnMongo, freshDatabase, itNeeds } from './support.js'

/** What a client may send that is strict about the Stable API, as Atlas proposes: its version 1 (`count` since 5.0.9). */
const STABLE = [
  'aggregate',
  'count',
  'createIndexes',
  'delete',
  'find',
  'findAndModify',
  'getMore',
  'insert',
  'update',
]

describeOnMongo('every statement of a life cycle', () => {
  let connection: Connection
  let cleanup: () => Promise<void>
  let statements: Statement[]
  const commands = new Set<string>()

  beforeAll(async () => {
    const fresh = await freshDatabase()
    cleanup = fresh.cleanup
    connection = await fresh.connect({ monitorCommands: true })
    const storage = mongooseStorage(connection)
    await storage.open()
    connection.getClient().on('commandStarted', ({ commandName }) => commands.add(commandName))
    statements = recordStatements(connection)
    await live(storage)
  })
  afterAll(async () => {
    await connection.close()
    await cleanup()
  })

  const live = async (storage: ReturnType<typeof mongooseStorage>) => {
    const { webhooks, receiver } = dispatcherOn(storage, { concurrency: 4 })
    const { id: subscriptionId } = await webhooks.subscriptions.create(fields)
    const other = await webhooks.subscriptions.create(fields)
    await webhooks.subscriptions.update(subscriptionId, { description: 'one' })
    for (const status of [200, 404, 503]) {
      receiver.status = status
      await webhooks.dispatch('order.created', {}, { siteId: 'site', idempotencyKey: `key-${status}` })
      await webhooks.drain()
    }
    await webhooks.dispatch('order.created', {}, { idempotencyKey: 'key-200' })
    const filters = [
      {},
      { subscriptionId },
      { subscriptionId, status: 'failed' },
      { status: 'pending' },
      { type: 'order.created' },
      { siteId: 'site' },
      { eventId: 'evt_1' },
      { since: 0, until: 1e15 },
    ] as const
    for (const filter of filters) {
      const { nextCursor } = await webhooks.deliveries.list({ ...filter, limit: 1 })
      if (nextCursor) await webhooks.deliveries.list({ ...filter, limit: 1, cursor: nextCursor })
    }
    for (const filter of [{}, { type: 'order.created' }, { siteId: 'site' }]) {
      const { items, nextCursor } = await webhooks.events.list({ ...filter, limit: 1 })
      await webhooks.events.list({ ...filter, limit: 1, cursor: nextCursor })
      await webhooks.events.get(items[0]?.id ?? '')
    }
    const { nextCursor } = await webhooks.subscriptions.list({ limit: 1 })
    await webhooks.subscriptions.list({ limit: 1, cursor: nextCursor })
    const [delivery] = (await webhooks.deliveries.list({ status: 'failed' })).items
    await webhooks.deliveries.resend(delivery?.id ?? '')
    await webhooks.deliveries.recover({ subscriptionId, since: 0, dryRun: true })
    await webhooks.deliveries.recover({ subscriptionId, since: 0 })
    for (const which of ['failed', 'missing', 'all'] as const)
      await webhooks.deliveries.replay({ since: 0, which, subscriptionId })
    await webhooks.drain()
    const replays = await webhooks.replays.list({ limit: 1 })
    await webhooks.replays.list({ limit: 1, cursor: replays.nextCursor })
    await webhooks.replays.get(replays.items[0]?.id ?? '')
    await webhooks.deliveries.count({ subscriptionId, status: 'pending' })
    await webhooks.deliveries.resend(delivery?.id ?? '')
    await webhooks.deliveries.cancel(delivery?.id ?? '')
    await webhooks.subscriptions.pause(subscriptionId, { keep: false })
    await webhooks.subscriptions.resume(subscriptionId)
    await webhooks.subscriptions.test(subscriptionId)
    await webhooks.subscriptions.remove(other.id)
    await webhooks.stats()
    const now = Date.now()
    await storage.events.unfanned({ now, limit: 9 })
    for (const affinity of [undefined, 0.5])
      await storage.lanes.acquire({ token: 't', now, leaseMs: 1, limit: 9, affinity })
    await storage.maintenance.repair({ now, latestDueAt: now, latestVisibleAt: now })
    await storage.maintenance.prune({ before: now + 1, limit: 9 })
    const later = Date.UTC(2101, 1, 1)
    for (const id of [subscriptionId, null])
      for (const stepMs of [60_000, 3_600_000])
        await storage.metrics.read({ subscriptionId: id, since: 0, until: later, stepMs })
    await storage.metrics.rollUp({ minutesBefore: later, hoursBefore: later, limit: 99 })
    await webhooks.stop()
  }

  it('is served by an index, its sort included', () => {
    expect(statements.length).toBeGreaterThan(80)
    const unserved = statements.filter((statement) => servedBy(statement).length === 0)
    expect([...new Set(unserved.map(describeStatement))]).toEqual([])
  })

  it('is in the Stable API', () => {
    expect(commands.size).toBeGreaterThan(4)
    expect([...commands].filter((name) => !STABLE.includes(name))).toEqual([])
  })

  it('uses each index that there is, and would scan without it', () => {
    const used = new Set(statements.flatMap((statement) => servedBy(statement)))
    const names = Object.values(INDEXES).flatMap((specs) => specs.map(({ name }) => name))
    expect(names.filter((name) => !used.has(name))).toEqual([])
    for (const name of ['webhooks_due', 'webhooks_unfanned', 'webhooks_matching', 'webhooks_site']) {
      const left = statements.filter((statement) => servedBy(statement, name).length === 0)
      expect(left.length, name).toBeGreaterThan(0)
    }
  })

  itNeeds(
    'explain',
    'is an index scan: no collection is scanned, and nothing but what one event has is sorted in memory',
    async () => {
      const problems = new Set<string>()
      for (const statement of statements) {
        const plan = await connection.db?.command({ explain: statement.command, verbosity: 'queryPlanner' })
        // The plans that were not chosen may well sort.
        const text = JSON.stringify(plan, (key, value: unknown) => (key === 'rejectedPlans' ? [] : value))
        const never = insistsOnIds(statement) ? /"stage":"COLLSCAN"/ : /"stage":"(COLLSCAN|SORT)"/
        if (never.test(text)) problems.add(describeStatement(statement))
      }
      expect([...problems]).toEqual([])
    },
  )
})
