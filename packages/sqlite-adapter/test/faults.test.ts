import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredEvent } from '@swigs/webhooks-dispatcher'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Database } from '../src/database.js'
import { openLibsql } from '../src/drivers/libsql.js'
import { MIGRATIONS } from '../src/schema.js'
import { sqliteStorage } from '../src/sqlite-storage.js'
import { sqliteEvents } from '../src/stores/events.js'

const event = (id: string, body = '{}'): StoredEvent => ({
  id,
  type: 'order.created',
  siteId: null,
  body,
  occurredAt: 0,
  acceptedAt: 0,
  target: null,
})

describe('a SQLite file', () => {
  let folder: string
  let file: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-faults-'))
    file = join(folder, 'webhooks.db')
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('is opened with WAL, synchronous=FULL and a busy timeout', () => {
    const database = new Database(file, { busyTimeoutMs: 1_234 })
    database.open()
    expect(database.sql('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    expect(database.sql('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 })
    expect(database.sql('PRAGMA busy_timeout').get()).toMatchObject({ timeout: 1_234 })
    database.close()
  })

  it('keeps what it has when it is opened again', async () => {
    const storage = sqliteStorage({ file })
    await storage.open()
    await storage.events.append({ events: [event('evt_1')], visibleAt: 0 })
    await storage.close()
    await storage.open()
    expect(await storage.events.get(['evt_1'])).toHaveLength(1)
    await storage.close()
  })

  it('from the future is refused by name, and left as it is', async () => {
    const storage = sqliteStorage({ file })
    await storage.open()
    await storage.close()
    const driver = openLibsql(file)
    driver.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
    driver.close()
    const problem = {
      code: 'STORAGE_INVALID',
      message: expect.stringMatching(/webhooks\.db was written by a newer version.*Upgrade/s),
    }
    await expect(storage.open()).rejects.toMatchObject(problem)
    await expect(storage.open()).rejects.toMatchObject(problem)
  })

  it('of another application, or that is no database, is refused', async () => {
    const driver = openLibsql(file)
    driver.exec('CREATE TABLE theirs (id INTEGER)')
    driver.close()
    await expect(sqliteStorage({ file }).open()).rejects.toMatchObject({
      code: 'STORAGE_INVALID',
      message: expect.stringContaining('another application'),
    })
    const text = join(folder, 'notes.txt')
    await writeFile(
      text,
      'not a database at all, but long enough to have a header of a hundred bytes'.repeat(20),
    )
    await expect(sqliteStorage({ file: text }).open()).rejects.toMatchObject({
      code: 'STORAGE_INVALID',
      message: expect.stringContaining('not a SQLite database'),
    })
  })

  it('on a full disk says so, keeps nothing of the write, and goes on when there is space again', async () => {
    const database = new Database(file, { busyTimeoutMs: 100 })
    database.open()
    const events = sqliteEvents(database)
    await events.append({ events: [event('evt_before')], visibleAt: 0 })
    const pages = Number(database.sql('PRAGMA page_count').get()?.['page_count'])
    database.sql(`PRAGMA max_page_count = ${pages + 2}`).get()
    const big = [event('evt_small'), event('evt_big', 'x'.repeat(200_000))]
    await expect(events.append({ events: big, visibleAt: 0 })).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/webhooks\.db is full/),
      cause: expect.anything(),
    })
    expect((await events.get(['evt_before', 'evt_small', 'evt_big'])).map(({ id }) => id)).toEqual([
      'evt_before',
    ])
    database.sql('PRAGMA max_page_count = 1000000').get()
    expect(await events.append({ events: big, visibleAt: 0 })).toEqual([true, true])
    database.close()
  })

  it('locked by another for longer than busyTimeoutMs says so, and goes on when it is free', async () => {
    const storage = sqliteStorage({ file, busyTimeoutMs: 50 })
    await storage.open()
    // The same driver: two copies of SQLite in one process do not see each other's locks.
    const other = new Database(file, { busyTimeoutMs: 50 })
    other.open()
    other.sql('BEGIN IMMEDIATE').run()
    const append = () => storage.events.append({ events: [event('evt_1')], visibleAt: 0 })
    await expect(append()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/locked by another process.*busyTimeoutMs/),
    })
    other.sql('COMMIT').run()
    other.close()
    expect(await append()).toEqual([true])
    await storage.close()
  })

  it('that cannot be written, or whose folder is not there, says so', async () => {
    const storage = sqliteStorage({ file })
    await storage.open()
    await storage.close()
    await chmod(file, 0o444)
    await chmod(folder, 0o555)
    // Root may write anywhere: step down for the attempt.
    const root = process.getuid?.() === 0
    if (root) process.seteuid?.(65_534)
    try {
      await expect(storage.open()).rejects.toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        message: expect.stringMatching(/webhooks\.db cannot be (written|opened)/),
      })
    } finally {
      if (root) process.seteuid?.(0)
      await chmod(folder, 0o755)
    }
    const nowhere = sqliteStorage({ file: join(folder, 'no', 'such', 'folder.db') })
    await expect(nowhere.open()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('folder'),
    })
  })

  it.each([undefined, {}, { file: '' }, { file: ':memory:' }, { file: 'x.db', busyTimeoutMs: -1 }])(
    'is not opened with the options %j',
    (options) => {
      expect(() => sqliteStorage(options as never)).toThrowError(
        expect.objectContaining({ code: 'INVALID_OPTIONS' }),
      )
    },
  )

  it('takes no session', async () => {
    const storage = sqliteStorage({ file })
    await storage.open()
    await expect(
      storage.events.append({ events: [event('evt_1')], visibleAt: 0, session: {} }),
    ).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
    await storage.close()
  })

  it('answers every hot statement from an index, without sorting', () => {
    const database = new Database(file, { busyTimeoutMs: 100 })
    database.open()
    const plan = (sql: string) =>
      database
        .sql(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail))
        .join('; ')
    const hot = [
      "SELECT id FROM deliveries WHERE subscription_id = 'a' AND state = 0 ORDER BY due_at, id LIMIT 64",
      "UPDATE deliveries SET state = 1 WHERE id = 'a' AND subscription_id = 'b' AND state = 0 AND attempt_count = 0",
      'SELECT subscription_id FROM lanes WHERE due_at < 8640000000000000 AND due_at <= 5 AND lease_until <= 5 ORDER BY due_at LIMIT 9',
      'SELECT * FROM events WHERE sweep_at IS NOT NULL AND sweep_at <= 5 ORDER BY sweep_at LIMIT 9',
      "SELECT token FROM lanes WHERE subscription_id = 'a'",
      'SELECT * FROM deliveries WHERE (created_at, id) < (5, 5) ORDER BY created_at DESC, id DESC LIMIT 9',
      "SELECT * FROM deliveries WHERE subscription_id = 'a' ORDER BY created_at DESC, id DESC LIMIT 9",
    ]
    for (const sql of hot) {
      expect(plan(sql), sql).toMatch(/USING (COVERING )?(INDEX|PRIMARY KEY)/)
      expect(plan(sql), sql).not.toMatch(/TEMP B-TREE/)
    }
    database.close()
  })
})
