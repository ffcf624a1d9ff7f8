import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SCHEMA_VERSION } from '../src/database/schema.js'
import { openLibsql } from '../src/drivers/libsql.js'
import { commitGroup } from '../src/engine/group-commit.js'
import { sqliteStorage } from '../src/sqlite-storage.js'
import { VERBS } from '../src/stores/verbs.js'
import { openTestFile } from './open-test-file.js'
import { appendOf, sampleEvent, testFolder } from './samples.js'

describe('a SQLite file', () => {
  let folder: string
  let file: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    ;({ folder, file, remove } = await testFolder())
  })
  afterEach(() => remove())

  it('is opened with WAL and synchronous=FULL', () => {
    const { database, close } = openTestFile(file)
    expect(database.sql('PRAGMA journal_mode').get()).toMatchObject({ journal_mode: 'wal' })
    expect(database.sql('PRAGMA synchronous').get()).toMatchObject({ synchronous: 2 })
    close()
  })

  it('keeps what it has when it is opened again', async () => {
    const storage = sqliteStorage({ file })
    await storage.open()
    await storage.events.append(appendOf(sampleEvent('evt_1')))
    await storage.close()
    await storage.open()
    expect(await storage.events.get(['evt_1'])).toHaveLength(1)
    await storage.close()
  })

  it('from the future is refused by name, and left as it is', async () => {
    const storage = sqliteStorage({ file })
    await storage.open()
    await storage.close()
    const driver = openLibsql(file, import.meta.url)
    driver.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`)
    driver.close()
    const problem = {
      code: 'STORAGE_INVALID',
      message: expect.stringMatching(/webhooks\.db was written by a newer version.*Upgrade/s),
    }
    await expect(storage.open()).rejects.toMatchObject(problem)
    await expect(storage.open()).rejects.toMatchObject(problem)
    await storage.close()
  })

  it('of another application, or that is no database, is refused', async () => {
    const driver = openLibsql(file, import.meta.url)
    driver.exec('CREATE TABLE theirs (id INTEGER)')
    driver.close()
    const theirs = sqliteStorage({ file })
    await expect(theirs.open()).rejects.toMatchObject({
      code: 'STORAGE_INVALID',
      message: expect.stringContaining('another application'),
    })
    await theirs.close()
    const text = join(folder, 'notes.txt')
    await writeFile(
      text,
      'not a database at all, but long enough to have a header of a hundred bytes'.repeat(20),
    )
    const notes = sqliteStorage({ file: text })
    await expect(notes.open()).rejects.toMatchObject({
      code: 'STORAGE_INVALID',
      message: expect.stringContaining('not a SQLite database'),
    })
    await notes.close()
  })

  it('on a full disk keeps nothing of the write that is too large, and all of those beside it', () => {
    const { database, close } = openTestFile(file)
    const write = (...ids: [id: string, body?: string][]) => ({
      slices: null,
      start: () =>
        VERBS['events.append'].run(
          database,
          appendOf(...ids.map(([id, body = '{}']) => sampleEvent(id, { body }))),
        ),
    })
    const append = (...writes: ReturnType<typeof write>[]) => commitGroup(database, writes, () => 0)
    append(write(['evt_before']))
    const pages = Number(database.sql('PRAGMA page_count').get()?.['page_count'])
    database.sql(`PRAGMA max_page_count = ${pages + 8}`).get()
    const big = () => write(['evt_small'], ['evt_big', 'x'.repeat(200_000)])
    expect(append(write(['evt_one']), big(), write(['evt_two']))).toEqual([
      { answer: [true] },
      { error: expect.objectContaining({ message: expect.stringMatching(/full/) }) },
      { answer: [true] },
    ])
    const ids = ['evt_before', 'evt_small', 'evt_big', 'evt_one', 'evt_two']
    const stored = VERBS['events.get'].run(database, ids) as { id: string }[]
    expect(stored.map(({ id }) => id)).toEqual(['evt_before', 'evt_one', 'evt_two'])
    database.sql('PRAGMA max_page_count = 1000000').get()
    expect(append(big())).toEqual([{ answer: [true, true] }])
    close()
  })

  it('locked by another for longer than busyTimeoutMs says so, and goes on when it is free', async () => {
    const storage = sqliteStorage({ file, busyTimeoutMs: 50 })
    await storage.open()
    // The same driver: two copies of SQLite in one process do not see each other's locks.
    const other = openTestFile(file)
    other.database.exec('BEGIN IMMEDIATE')
    const append = () => storage.events.append(appendOf(sampleEvent('evt_1')))
    await expect(append()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(/locked by another process.*busyTimeoutMs/),
    })
    expect(await storage.events.get(['evt_1'])).toEqual([])
    other.database.exec('COMMIT')
    other.close()
    expect(await append()).toEqual([true])
    await storage.close()
  })

  it('that cannot be written, or whose folder is not there, says so', async () => {
    // In this thread: only that may step down from root, who may write anywhere.
    const storage = sqliteStorage({ file, thread: false })
    await storage.open()
    await storage.close()
    await chmod(file, 0o444)
    await chmod(folder, 0o555)
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
    await storage.close()
    const nowhere = sqliteStorage({ file: join(folder, 'no', 'such', 'folder.db') })
    await expect(nowhere.open()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('folder'),
    })
    await nowhere.close()
  })

  it.each([
    undefined,
    {},
    { file: '' },
    { file: ':memory:' },
    { file: 'x.db', busyTimeoutMs: -1 },
    { file: 'x.db', operationTimeoutMs: 0 },
    { file: 'x.db', thread: 'perhaps' },
    { file: 'x.db', driver: 'other' },
  ])('is not opened with the options %j', (options) => {
    expect(() => sqliteStorage(options as never)).toThrowError(
      expect.objectContaining({ code: 'INVALID_OPTIONS' }),
    )
  })

  it('takes no session', async () => {
    const storage = sqliteStorage({ file })
    await storage.open()
    await expect(
      storage.events.append({ ...appendOf(sampleEvent('evt_1')), session: {} }),
    ).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
    await storage.close()
  })
})
