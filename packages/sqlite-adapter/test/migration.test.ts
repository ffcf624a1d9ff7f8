import { readFile, writeFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import {
  NO_HEALTH,
  NO_STATS,
  type Delivery,
  type Storage,
  type StoredEvent,
  type Subscription,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Connection } from '../src/database/connection.js'
import { prepareFile } from '../src/database/prepare-file.js'
import { ADDITIONS } from '../src/database/additions.js'
import { APPLICATION_ID, BASE_VERSION, SCHEMA } from '../src/database/schema.js'
import { openDriver } from '../src/drivers/open-driver.js'
import { sqliteStorage } from '../src/sqlite-storage.js'
import { sampleSubscription, testFolder } from './samples.js'

/** What the version that wrote the fixture answered about it. */
interface Expected {
  readonly now: number
  readonly subscriptions: Subscription[]
  readonly events: (StoredEvent & { onlyFor: string | null })[]
  readonly unfanned: string[]
  readonly deliveries: Delivery[]
  readonly counts: object
  readonly lanes: ({ subscriptionId: string; window: object; dueAt: number; wakeups: number } | null)[]
}

const fixture = async (name: string): Promise<Buffer> =>
  gunzipSync(await readFile(new URL(`fixtures/${name}.gz`, import.meta.url)))

const connect = (file: string): Connection =>
  new Connection(
    file,
    (path) => openDriver(path, undefined, import.meta.url),
    () => undefined,
  )

describe('a file of schema 2, as the version before wrote it', () => {
  let file: string
  let remove: () => Promise<void>
  let expected: Expected

  beforeEach(async () => {
    ;({ file, remove } = await testFolder())
    await writeFile(file, await fixture('schema-2.db'))
    expected = JSON.parse((await fixture('schema-2.json')).toString()) as Expected
  })
  afterEach(() => remove())

  const expectAll = async (storage: Storage): Promise<void> => {
    const { now } = expected
    const subscriptions = expected.subscriptions.map((one) => ({
      ...one,
      pausedAt: null,
      stats: { ...one.stats, failingSince: null, lastFailedAt: null },
      health: NO_HEALTH,
    }))
    expect(await storage.subscriptions.list({ after: null, limit: 99 })).toEqual(subscriptions)
    const events = expected.events.map(({ onlyFor, ...event }) => ({
      ...event,
      target: onlyFor,
      trace: null,
    }))
    expect(await storage.events.list({ after: null, limit: 99 })).toEqual(events)
    const unfanned = await storage.events.unfanned({ now: now + 10_000, limit: 99 })
    expect(unfanned.map(({ id }) => id)).toEqual(expected.unfanned)
    const listed = await storage.deliveries.list({ after: null, limit: 999 })
    expect(listed.map(({ id }) => id)).toEqual(expected.deliveries.map(({ id }) => id))
    for (const { dueAt, ...delivery } of expected.deliveries) {
      const moved = await storage.deliveries.get(delivery.id)
      expect(moved).toMatchObject(delivery)
      if (delivery.status === 'pending') expect(moved?.dueAt).toBe(dueAt)
    }
    expect(await storage.maintenance.counts({ now })).toMatchObject(expected.counts)
    for (const lane of expected.lanes) {
      if (!lane) continue
      const { subscriptionId, window, dueAt, wakeups } = lane
      const query = { token: 't', now, leaseMs: 1, limit: 0, subscriptionIds: [subscriptionId] }
      expect((await storage.lanes.acquire(query)).others).toMatchObject([{ window, dueAt, wakeups }])
    }
  }

  it('is brought to this one when it is opened, and nothing of it is lost', async () => {
    const storage = sqliteStorage({ file })
    await storage.open()
    await expectAll(storage)
    await storage.close()
    await storage.open()
    await expectAll(storage)
    await storage.close()
  })

  it('is brought to this one all the same when that is cut off after any step', async () => {
    for (let steps = 1; ; steps += 1) {
      const copy = `${file}-${steps}`
      await writeFile(copy, await fixture('schema-2.db'))
      const connection = connect(copy)
      const { database } = connection
      const preparation = prepareFile(database, copy)
      let done = false
      for (let step = 0; step < steps && !done; step += 1) {
        database.exec('BEGIN IMMEDIATE')
        done = preparation.next().done === true
        // As a kill does: what the last transaction has done is gone.
        database.exec(step === steps - 1 ? 'ROLLBACK' : 'COMMIT')
      }
      connection.close()
      // libsql lets go in the next turn.
      await new Promise((resolve) => setImmediate(resolve))
      const storage = sqliteStorage({ file: copy, thread: false })
      await storage.open()
      await expectAll(storage)
      await storage.close()
      if (done) {
        expect(steps).toBeGreaterThan(15)
        return
      }
    }
  })

  it('is moved in slices, what another process does in between', async () => {
    const big = connect(file)
    big.database
      .exec(`INSERT INTO events SELECT e.id || value, e.type, site_id, body, occurred_at, accepted_at, only_for, NULL
      FROM events e, json_each('[${Array.from({ length: 200 }, (_, index) => index).join()}]') WHERE sweep_at IS NULL`)
    big.close()
    await new Promise((resolve) => setImmediate(resolve))
    const connection = connect(file)
    const other = connect(file)
    const preparation = prepareFile(connection.database, file)
    let left = 0
    let slices = 0
    for (let done = false; !done;) {
      connection.database.exec('BEGIN IMMEDIATE')
      done = preparation.next().done === true
      connection.database.exec('COMMIT')
      other.database.exec('BEGIN IMMEDIATE')
      other.database.exec('COMMIT')
      const tables = "SELECT count(*) AS n FROM sqlite_master WHERE name = 'schema_2_events'"
      if (!other.database.sql(tables).get()?.['n']) continue
      const now = Number(other.database.sql('SELECT count(*) AS n FROM schema_2_events').get()?.['n'])
      if (now < left) slices += 1
      left = now
    }
    expect(slices).toBeGreaterThan(2)
    connection.close()
    other.close()
  })

  it('keeps what cannot be moved, says so, and moves the rest', async () => {
    const broken = connect(file)
    broken.database.exec(
      `UPDATE deliveries SET attempts = '{broken' WHERE id = '${expected.deliveries[3]?.id}'`,
    )
    broken.database.exec(
      `UPDATE subscriptions SET record = 'null' WHERE id = '${expected.subscriptions[0]?.id}'`,
    )
    broken.close()
    await new Promise((resolve) => setImmediate(resolve))
    const told: unknown[] = []
    const storage = sqliteStorage({ file })
    await storage.open({ report: { malformed: (row) => told.push([row.noun, row.id]) } })
    expect(told).toEqual([
      ['subscription', expected.subscriptions[0]?.id],
      ['delivery', expected.deliveries[3]?.id],
    ])
    expect(await storage.deliveries.list({ after: null, limit: 99 })).toHaveLength(
      expected.deliveries.length - 1,
    )
    await storage.close()
    const after = connect(file)
    expect(after.database.sql('SELECT noun FROM unmoved ORDER BY noun').all()).toMatchObject([
      { noun: 'delivery' },
      { noun: 'subscription' },
    ])
    after.close()
  })
})

describe('a file of schema 3', () => {
  it('is brought to this one where it is, and what it holds has no trace', async () => {
    const { file, remove } = await testFolder()
    const connection = connect(file)
    connection.database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    connection.database.exec(SCHEMA)
    connection.database.exec('PRAGMA user_version = 3')
    connection.database.exec(`INSERT INTO names VALUES (1, 'order.created')`)
    connection.database.exec(
      `INSERT INTO events (id, type, occurred_at, accepted_at, body) VALUES ('evt_old', 1, 1, 1, '{}')`,
    )
    connection.close()
    await new Promise((resolve) => setImmediate(resolve))
    const storage = sqliteStorage({ file, thread: false })
    await storage.open()
    const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const event = { id: 'evt_new', type: 'order.created', siteId: null, body: '{}', target: null, trace }
    const stored = { ...event, occurredAt: 2, acceptedAt: 2 }
    await storage.events.append({ callId: 'call', events: [stored], visibleAt: 0 })
    const [fresh, old] = await storage.events.list({ after: null, limit: 9 })
    expect(fresh).toEqual(stored)
    expect(old).toMatchObject({ id: 'evt_old', trace: null })
    await storage.close()
    await remove()
  })
})

describe.each(ADDITIONS.map((_, index) => BASE_VERSION + index))('a file of schema %i', (version) => {
  it('gets what was added since, and keeps what it has, whoever opens it first', async () => {
    const { file, remove } = await testFolder()
    const old = connect(file)
    old.database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    for (const text of [SCHEMA, ...ADDITIONS.slice(0, version - BASE_VERSION)]) old.database.exec(text)
    const type = old.database.names.make('order.created')
    const subs = ['sub_a', 'sub_b', 'sub_c'].map((id) => old.database.names.make(id))
    old.database.exec(`
      INSERT INTO events (id, type, occurred_at, accepted_at, body) VALUES ('evt_1', ${type}, 1, 1, '{}');
      INSERT INTO fan_outs VALUES (1, 5);
      UPDATE tally SET delivered = 1, failed = 1, cancelled = 1;`)
    for (const [index, sub] of subs.entries()) {
      old.database
        .sql(
          `INSERT INTO ended (created_at, event, sub, state, settled_at, attempt_count, schedule_step, once, number, started_at,
             duration_ms, status_code, response_body, truncated) VALUES (5, 1, ?, ?, 6, 1, 1, 0, 1, 5, 0.5, ?, 'said', 0)`,
        )
        .run(sub, index + 1, 200 + index)
      old.database.sql('INSERT INTO ended_of VALUES (?, 5, 1)').run(sub)
    }
    old.database.exec(`PRAGMA user_version = ${version}`)
    old.close()
    await new Promise((resolve) => setImmediate(resolve))
    const [one, other] = [sqliteStorage({ file }), sqliteStorage({ file })]
    await Promise.all([one.open(), other.open()])
    expect(await one.deliveries.list({ after: null, limit: 9 })).toMatchObject([
      { id: 'dlv_1_sub_c', status: 'cancelled', attempts: [{ statusCode: 202 }] },
      { id: 'dlv_1_sub_b', status: 'failed', attempts: [{ statusCode: 201 }] },
      { id: 'dlv_1_sub_a', status: 'delivered', attempts: [{ statusCode: 200 }] },
    ])
    for (const [status, subscriptionId] of [
      ['delivered', 'sub_a'],
      ['failed', 'sub_b'],
      ['cancelled', 'sub_c'],
    ] as const)
      for (const query of [{ status }, { subscriptionId }, { status, subscriptionId }])
        expect(await other.deliveries.list({ ...query, after: null, limit: 9 })).toMatchObject([{ status }])
    expect(await other.deliveries.get('dlv_1_sub_a')).toMatchObject({ attempts: [{ responseBody: 'said' }] })
    await other.deliveries.resend({ ids: ['dlv_1_sub_b'], now: 7 })
    expect(await one.maintenance.counts({ now: 7 })).toMatchObject({ pending: 1, delivered: 1, cancelled: 1 })
    expect(await one.replays.list({ after: null, limit: 9 })).toEqual([])
    await Promise.all([one.close(), other.close()])
    await remove()
  })
})

it('a file of schema 3 is given what it lacks, and keeps the rest', async () => {
  const { file, remove } = await testFolder()
  const old = connect(file)
  old.database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
  old.database.exec(SCHEMA)
  const { health: _health, stats: _stats, ...record } = sampleSubscription('sub_a')
  const sub = old.database.names.make('sub_a')
  old.database
    .sql('INSERT INTO subscriptions VALUES (?, ?, 1, 0, ?)')
    .run(sub, 'sub_a', JSON.stringify(record))
  old.database.sql("INSERT INTO stats VALUES (?, 3, 1, 7, 'late')").run(sub)
  old.database.exec('PRAGMA user_version = 3')
  old.close()
  await new Promise((resolve) => setImmediate(resolve))
  const storage = sqliteStorage({ file })
  await storage.open()
  expect(await storage.subscriptions.get(['sub_a'])).toEqual([
    {
      ...sampleSubscription('sub_a'),
      stats: { ...NO_STATS, totalSent: 3, totalFailed: 1, lastSentAt: 7, lastError: 'late' },
    },
  ])
  expect(await storage.metrics.rollUp({ minutesBefore: 0, hoursBefore: 0, limit: 9 })).toBe(0)
  await storage.close()
  await remove()
})
