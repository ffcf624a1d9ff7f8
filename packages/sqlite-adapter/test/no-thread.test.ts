import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { sqliteStorage } from '../src/sqlite-storage.js'
import { appendOf, sampleEvent, testFolder } from './samples.js'

vi.mock('node:worker_threads', () => ({
  Worker: class {
    constructor() {
      throw new Error('Access to this API has been restricted')
    }
  },
}))

describe('where no thread can be had', () => {
  let file: string
  let remove: () => Promise<void>

  beforeEach(async () => {
    ;({ file, remove } = await testFolder())
  })
  afterEach(() => remove())

  it("the file is served in the app's own thread, and that is said once", async () => {
    const warnings: object[] = []
    const logger = {
      info: () => undefined,
      warn: (fields: object) => warnings.push(fields),
      error: () => undefined,
    }
    const storage = sqliteStorage({ file, logger })
    await storage.open()
    expect(await storage.events.append(appendOf(sampleEvent('evt_1')))).toEqual([true])
    await storage.close()
    await storage.open()
    expect(await storage.events.get(['evt_1'])).toHaveLength(1)
    await storage.close()
    expect(warnings).toEqual([{ file, reason: 'Access to this API has been restricted' }])
  })

  it('open rejects with thread: true', async () => {
    const storage = sqliteStorage({ file, thread: true })
    await expect(storage.open()).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('has been restricted'),
    })
    await storage.close()
  })
})
