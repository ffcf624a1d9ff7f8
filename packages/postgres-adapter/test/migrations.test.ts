import { expect, it, onTestFinished } from 'vitest'
import { pgDatabase } from '../src/drivers/pg-pool.js'
import { migrate } from '../src/schema/migrate.js'
import { migrations, quoted, step } from '../src/schema/migrations.js'
import { postgresStorage } from '../src/postgres-storage.js'
import { sampleEvent } from './fixtures.js'
import { dropSchema, freshSchema, poolOn } from './support.js'

const setUp = () => {
  const pool = poolOn(undefined, { max: 12 })
  const schema = freshSchema()
  onTestFinished(async () => {
    await dropSchema(pool, schema)
    await pool.end()
  })
  return { pool, schema, database: pgDatabase(pool, 60_000, () => undefined) }
}

it('processes that start at once make one schema', async () => {
  const { pool, schema } = setUp()
  const storages = Array.from({ length: 8 }, () => postgresStorage(pool, { schema }))
  await Promise.all(storages.map((storage) => storage.open()))
  const event = sampleEvent()
  await storages[0]?.events.append({ callId: 'x', events: [event], visibleAt: 0 })
  expect(await storages[7]?.events.get([event.id])).toEqual([event])
  const { rows } = await pool.query(`SELECT version FROM ${quoted(schema)}.migrations`)
  expect(rows).toEqual(migrations().map(({ version }) => ({ version })))
})

it('several steps are made in their order, whoever is faster at each', async () => {
  const { pool, schema, database } = setUp()
  const name = quoted(schema)
  const known = migrations(schema).map(({ version }) => version)
  const later = [1, 2]
    .map((next) => known.length + next)
    .map((version) =>
      step(name, version, `later${version}`, `ALTER TABLE ${name}.events ADD COLUMN c${version} text;`),
    )
  const steps = [...migrations(schema), ...later]
  await Promise.all(Array.from({ length: 6 }, () => migrate(database, schema, 'auto', steps)))
  const { rows } = await pool.query(`SELECT version FROM ${name}.migrations ORDER BY version`)
  expect(rows).toEqual([...known, ...later.map(({ version }) => version)].map((version) => ({ version })))
})

it('a schema of version 1 serves processes of both versions while it is brought to this one', async () => {
  const { pool, schema, database } = setUp()
  const name = quoted(schema)
  await migrate(database, schema, 'auto', migrations(schema).slice(0, 1))
  const old = sampleEvent({ trace: null })
  const asVersion1 = async (id: string) => {
    const values = [
      id,
      old.type,
      null,
      old.body,
      String(old.occurredAt),
      String(old.acceptedAt),
      null,
      '0',
      'call',
    ]
    const places = '$1, $2, $3, $4, $5::double precision, $6::double precision, $7, $8::double precision, $9'
    await pool.query(`SELECT ${name}.append_one(${places})`, values)
  }
  await asVersion1(old.id)
  const storage = postgresStorage(pool, { schema })
  await storage.open()
  await asVersion1('evt_while_it_runs_on')
  const traced = sampleEvent({ trace: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' })
  await storage.events.append({ callId: 'x', events: [traced], visibleAt: 0 })
  const found = await storage.events.get([old.id, 'evt_while_it_runs_on', traced.id])
  const traces = Object.fromEntries(found.map(({ id, trace }) => [id, trace]))
  expect(traces).toEqual({ [old.id]: null, evt_while_it_runs_on: null, [traced.id]: traced.trace })
})

it('what `migrations` prints makes the schema by itself, whatever runs it', async () => {
  const { pool, schema } = setUp()
  for (const { concurrently, sql } of migrations(schema)) {
    for (const statement of concurrently) await pool.query(statement)
    await pool.query(sql)
  }
  await postgresStorage(pool, { schema, migrate: 'check' }).open()
})

it('`check` makes nothing, and says what is missing; `off` does not even look', async () => {
  const { pool, schema } = setUp()
  const checked = postgresStorage(pool, { schema, migrate: 'check' }).open()
  await expect(checked).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
    message: expect.stringMatching(/lacks 1 \(tables\).*migrations\(\)/),
  })
  await postgresStorage(pool, { schema, migrate: 'off' }).open()
  const { rows } = await pool.query('SELECT to_regnamespace($1) AS found', [quoted(schema)])
  expect(rows).toEqual([{ found: null }])
})

it.each(['auto', 'check'] as const)('a schema of a newer version is refused with %s', async (mode) => {
  const { pool, schema } = setUp()
  await postgresStorage(pool, { schema }).open()
  await pool.query(`INSERT INTO ${quoted(schema)}.migrations (version, name) VALUES (999, 'later')`)
  await expect(postgresStorage(pool, { schema, migrate: mode }).open()).rejects.toMatchObject({
    code: 'STORAGE_INVALID',
    message: expect.stringMatching(/version 999.*Update the package/),
  })
})

it('an index on a large table is made beside those who write to it, by several processes at once, and after one died over it', async () => {
  const { pool, schema, database } = setUp()
  const name = quoted(schema)
  await migrate(database, schema, 'auto')
  const index = `CREATE INDEX CONCURRENTLY IF NOT EXISTS events_later ON ${name}.events (occurred_at)`
  const steps = [...migrations(schema), step(name, 999, 'later', '', [index])]
  // What a build leaves that was interrupted: an index that is there and serves nobody.
  await pool.query(
    `INSERT INTO ${name}.events (id, type, site_id, body, occurred_at, accepted_at, target)
     SELECT n::text, 't', NULL, '', 0, 0, NULL FROM generate_series(1, 2) n`,
  )
  const unique = `CREATE UNIQUE INDEX CONCURRENTLY events_later ON ${name}.events (occurred_at)`
  await expect(pool.query(unique)).rejects.toMatchObject({ code: '23505' })
  // A transaction that is open meanwhile has written, and goes on writing.
  await Promise.all([1, 2, 3].map(() => migrate(database, schema, 'auto', steps)))
  const { rows } = await pool.query(
    `SELECT i.indisvalid, i.indisunique FROM pg_index i WHERE i.indexrelid = '${name}.events_later'::regclass`,
  )
  expect(rows).toEqual([{ indisvalid: true, indisunique: false }])
  const made = await pool.query(`SELECT version FROM ${name}.migrations ORDER BY version`)
  expect(made.rows).toEqual(steps.map(({ version }) => ({ version })))
})

it('a schema of the first step is brought to this one, and what is in it stays', async () => {
  const { pool, schema, database } = setUp()
  await migrate(database, schema, 'auto', migrations(schema).slice(0, 1))
  const event = sampleEvent({ trace: null })
  await pool.query(`INSERT INTO ${quoted(schema)}.events VALUES ($1, $2, NULL, $3, $4, $5, NULL)`, [
    event.id,
    event.type,
    event.body,
    event.occurredAt,
    event.acceptedAt,
  ])
  const storage = postgresStorage(pool, { schema })
  await storage.open()
  expect(await storage.events.get([event.id])).toEqual([event])
  expect(await storage.replays.list({ after: null, limit: 9 })).toEqual([])
})

it('a schema of the first step alone gets the others, and keeps what is in it', async () => {
  const { pool, schema, database } = setUp()
  const [first, ...later] = migrations(schema)
  if (!first) throw new Error('unreachable')
  await migrate(database, schema, 'auto', [first])
  await pool.query(
    `INSERT INTO ${quoted(schema)}.lanes (subscription_id, due_at, sent) VALUES ('sub_1', 0, 3)`,
  )
  const storage = postgresStorage(pool, { schema })
  await storage.open()
  const { rows } = await pool.query(`SELECT version FROM ${quoted(schema)}.migrations ORDER BY version`)
  expect(rows).toHaveLength(1 + later.length)
  const lanes = await pool.query(`SELECT sent, failing_since FROM ${quoted(schema)}.lanes`)
  expect(lanes.rows).toEqual([{ sent: 3, failing_since: null }])
  expect(
    await storage.metrics.read({ subscriptionId: null, since: 0, until: 60_000, stepMs: 60_000 }),
  ).toEqual([])
})
