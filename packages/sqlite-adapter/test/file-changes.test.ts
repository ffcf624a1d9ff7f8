import { chmod, chown, copyFile, mkdir, readdir, readlink, rename, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqliteStorage, type SqliteStorageOptions } from '../src/sqlite-storage.js'
import { openTestFile } from './open-test-file.js'
import { appendOf, sampleEvent, testFolder } from './samples.js'

const unavailable = (problem: RegExp) => ({
  code: 'STORAGE_UNAVAILABLE',
  message: expect.stringMatching(problem),
})

describe.each([{ thread: true }, { thread: false }])('the file under a storage with %j', (options) => {
  let folder: string
  let file: string
  let remove: () => Promise<void>
  let storage: Storage

  const make = (more: Partial<SqliteStorageOptions> = {}) => sqliteStorage({ file, ...options, ...more })
  const append = (id: string, to = storage) => to.events.append(appendOf(sampleEvent(id)))
  const has = async (id: string, where = storage) => (await where.events.get([id])).length === 1

  beforeEach(async () => {
    ;({ folder, file, remove } = await testFolder())
    storage = make()
    await storage.open()
    await append('evt_before')
  })
  afterEach(async () => {
    await storage.close()
    await remove()
  })

  it('is missed before the next write is answered when it is deleted, and not made anew until told', async () => {
    for (const name of await readdir(folder)) await rm(join(folder, name))
    await expect(append('evt_1')).rejects.toMatchObject(unavailable(/was deleted or moved while in use/))
    await expect(has('evt_before')).rejects.toMatchObject(unavailable(/was deleted or moved while in use/))
    expect(await readdir(folder)).toEqual([])
    await storage.close()
    await storage.open()
    expect(await append('evt_2')).toEqual([true])
  })

  it('is used again when it is back, with all that was accepted', async () => {
    await rename(file, `${file}.elsewhere`)
    await expect(append('evt_1')).rejects.toMatchObject(unavailable(/was deleted or moved/))
    await rename(`${file}.elsewhere`, file)
    expect(await has('evt_before')).toBe(true)
    expect(await append('evt_2')).toEqual([true])
  })

  it('is used again by all that have it open when it is back, whether they have missed it or not', async () => {
    const other = make()
    await other.open()
    expect(await append('evt_other', other)).toEqual([true])
    await rename(file, `${file}.elsewhere`)
    await expect(append('evt_refused')).rejects.toMatchObject(unavailable(/was deleted or moved/))
    // Once more, so that it has let go of what it had.
    await expect(append('evt_refused')).rejects.toMatchObject(unavailable(/was deleted or moved/))
    await rename(`${file}.elsewhere`, file)
    const ids = Array.from({ length: 40 }, (_, index) => `evt_${index}`)
    for (const [index, id] of ids.entries()) await append(id, index % 2 === 0 ? storage : other)
    for (const each of [storage, other])
      expect(await Promise.all(['evt_before', 'evt_other', ...ids].map((id) => has(id, each)))).not.toContain(
        false,
      )
    await other.close()
  })

  it('is told from another that is put in its place, which the next call opens', async () => {
    const replacement = `${file}.new`
    const other = sqliteStorage({ file: replacement, thread: false })
    await other.open()
    await append('evt_theirs', other)
    await other.close()
    await rename(replacement, file)
    await expect(append('evt_1')).rejects.toMatchObject(unavailable(/was replaced while in use/))
    expect(await append('evt_2')).toEqual([true])
    expect(await Promise.all(['evt_theirs', 'evt_before', 'evt_1', 'evt_2'].map((id) => has(id)))).toEqual([
      true,
      false,
      false,
      true,
    ])
    await storage.close()
    const later = make()
    await later.open()
    expect(await has('evt_2', later)).toBe(true)
    await later.close()
  })

  it('is served again when what stood in its place was no database', async () => {
    await rename(file, `${file}.elsewhere`)
    await mkdir(file)
    await expect(append('evt_1')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    await expect(append('evt_1')).rejects.toMatchObject(unavailable(/cannot be (opened|read)/))
    await rmdir(file)
    await rename(`${file}.elsewhere`, file)
    expect(await append('evt_2')).toEqual([true])
    expect(await has('evt_before')).toBe(true)
  })

  it('is served by a storage that was opened while it could not be', async () => {
    const late = make({ file: join(folder, 'later', 'webhooks.db') })
    await expect(late.open()).rejects.toMatchObject(unavailable(/cannot be opened/))
    await mkdir(join(folder, 'later'))
    await late.open()
    expect(await append('evt_1', late)).toEqual([true])
    await late.close()
  })

  it('is one file after close', async () => {
    await storage.close()
    expect(await readdir(folder)).toEqual(['webhooks.db'])
    const open = await readdir('/proc/self/fd').catch(() => [])
    const targets = await Promise.all(open.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
    expect(targets.filter((target) => target.includes(folder))).toEqual([])
  })

  it('has a log that shrinks when the reader that held it open is gone', async () => {
    const reader = openTestFile(file)
    reader.database.exec('BEGIN')
    reader.database.sql('SELECT count(*) FROM events').get()
    const body = 'x'.repeat(100_000)
    for (let index = 0; index < 120; index += 1)
      await storage.events.append(appendOf(sampleEvent(`evt_${index}`, { body })))
    const log = async () => (await stat(`${file}-wal`)).size
    expect(await log()).toBeGreaterThan(8_000_000)
    reader.database.exec('COMMIT')
    reader.close()
    await expect.poll(log, { timeout: 30_000 }).toBe(0)
  })
})

describe('a file that cannot be written for a time', () => {
  it('is written again when it can be', async () => {
    const { folder, file, remove } = await testFolder()
    // In this thread: only that may step down from root, who may write anywhere.
    const storage = sqliteStorage({ file, thread: false })
    await storage.open()
    const append = (id: string) => storage.events.append(appendOf(sampleEvent(id)))
    const root = process.getuid?.() === 0
    try {
      // A copy in its place, so that it is opened anew.
      await storage.close()
      await storage.open()
      await copyFile(file, `${file}.copy`)
      await chmod(`${file}.copy`, 0o444)
      await rename(`${file}.copy`, file)
      if (root) await chown(folder, 65_534, 65_534)
      await chmod(folder, 0o555)
      if (root) process.seteuid?.(65_534)
      await expect(append('evt_1')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
      for (const id of ['evt_2', 'evt_3'])
        await expect(append(id)).rejects.toMatchObject(unavailable(/cannot be (written|opened)/))
      if (root) process.seteuid?.(0)
      await chmod(folder, 0o755)
      await chmod(file, 0o644)
      expect(await append('evt_4')).toEqual([true])
    } finally {
      if (root) process.seteuid?.(0)
      await chmod(folder, 0o755)
      await storage.close()
      await remove()
    }
  })
})
