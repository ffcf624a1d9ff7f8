import type { Worker } from 'node:worker_threads'
import type { Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqliteStorage, type SqliteStorageOptions } from '../src/sqlite-storage.js'
import { openTestFile } from './open-test-file.js'
import { appendOf, sampleEvent, testFolder } from './samples.js'

describe('the thread of a SQLite storage', () => {
  let file: string
  let remove: () => Promise<void>
  let storages: Storage[]
  let threads: Worker[]
  const seen = (thread: Worker) => threads.push(thread)

  beforeEach(async () => {
    ;({ file, remove } = await testFolder())
    storages = []
    threads = []
    process.on('worker', seen)
  })
  afterEach(async () => {
    process.off('worker', seen)
    await Promise.all(storages.map((storage) => storage.close()))
    await remove()
  })

  const make = (options: Partial<SqliteStorageOptions> = {}): Storage => {
    const storage = sqliteStorage({ file, ...options })
    storages.push(storage)
    return storage
  }
  const append = (storage: Storage, id: string) => storage.events.append(appendOf(sampleEvent(id)))

  it('is one, and ends with the storage', async () => {
    const storage = make()
    await storage.open()
    await Promise.all(['evt_1', 'evt_2'].map((id) => append(storage, id)))
    expect(threads).toHaveLength(1)
    const ended = new Promise((resolve) => threads[0]?.once('exit', resolve))
    await storage.close()
    await ended
  })

  it('is none with thread: false', async () => {
    const storage = make({ thread: false })
    await storage.open()
    expect(await append(storage, 'evt_1')).toEqual([true])
    expect(threads).toEqual([])
  })

  it('may be killed: what it was asked rejects as unavailable, and the next call has a new one', async () => {
    const storage = make()
    await storage.open()
    const ids = Array.from({ length: 200 }, (_, index) => `evt_${index}`)
    const calls = ids.map((id) => append(storage, id))
    // In the middle: the first answers are there, and more is being written.
    await calls[0]
    calls.push(...ids.map((id) => append(storage, `${id}-more`)))
    await new Promise((resolve) => setImmediate(resolve))
    const ended = new Promise((resolve) => threads[0]?.once('exit', resolve))
    void threads[0]?.terminate()
    const answers = await Promise.allSettled(calls)
    await ended
    for (const answer of answers)
      if (answer.status === 'rejected')
        expect(answer.reason).toMatchObject({
          code: 'STORAGE_UNAVAILABLE',
          message: expect.stringMatching(/lost its thread during events\.append.*can be repeated/s),
        })
    const accepted = [...ids, ...ids.map((id) => `${id}-more`)].filter(
      (_, index) => answers[index]?.status === 'fulfilled',
    )
    expect(await storage.events.get(accepted)).toHaveLength(accepted.length)
    expect(await append(storage, 'evt_after')).toEqual([true])
    expect(threads).toHaveLength(2)
  })

  it('knows a call that was made before it was lost when that is repeated to the next', async () => {
    const storage = make()
    await storage.open()
    const input = appendOf(sampleEvent('evt_1'))
    expect(await storage.events.append(input)).toEqual([true])
    await threads[0]?.terminate()
    expect(await storage.events.append({ ...input })).toEqual([true])
    expect(await storage.events.append({ ...input, callId: 'another' })).toEqual([false])
  })

  it('that waits for a lock bounds every call, open too, while the loop of the app goes on', async () => {
    const storage = make({ busyTimeoutMs: 60_000, operationTimeoutMs: 300 })
    await storage.open()
    // The same driver: two copies of SQLite in one process do not see each other's locks.
    const other = openTestFile(file)
    other.database.exec('BEGIN IMMEDIATE')
    const unopened = make({ busyTimeoutMs: 60_000, operationTimeoutMs: 300 })
    let turns = 0
    const ticking = setInterval(() => (turns += 1), 1)
    const late = (verb: string) => ({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringMatching(
        new RegExp(`did not answer ${verb} within 300 ms.*operationTimeoutMs`, 's'),
      ),
    })
    await Promise.all([
      expect(append(storage, 'evt_1')).rejects.toMatchObject(late('events\\.append')),
      expect(unopened.open()).rejects.toMatchObject(late('open')),
    ])
    clearInterval(ticking)
    expect(turns).toBeGreaterThan(10)
    // Reading needs no lock, and waits for none.
    expect(await storage.events.get(['evt_1'])).toEqual([])
    other.database.exec('COMMIT')
    other.close()
    expect(await append(storage, 'evt_2')).toEqual([true])
    await unopened.open()
    expect(await unopened.events.get(['evt_2'])).toHaveLength(1)
  })

  it('is asked for a bounded number of things at a time', async () => {
    const storage = make({ busyTimeoutMs: 60_000, operationTimeoutMs: 60_000 })
    await storage.open()
    const answers = await Promise.allSettled(
      Array.from({ length: 10_001 }, () => storage.events.get(['evt_none'])),
    )
    const refused = answers.filter((answer) => answer.status === 'rejected')
    expect(refused).toMatchObject([{ reason: { code: 'STORAGE_UNAVAILABLE' } }])
    expect(await append(storage, 'evt_1')).toEqual([true])
  })

  it('is not begun before open, and not after close', async () => {
    const storage = make()
    const closed = { code: 'STORAGE_UNAVAILABLE', message: expect.stringMatching(/is closed\. Call open/) }
    await expect(append(storage, 'evt_1')).rejects.toMatchObject(closed)
    await storage.open()
    await storage.close()
    await expect(append(storage, 'evt_1')).rejects.toMatchObject(closed)
    await storage.close()
  })
})
