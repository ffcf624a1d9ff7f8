import type { Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqliteStorage } from '../src/sqlite-storage.js'
import { appendOf, deliveryOf, sampleEvent, testFolder } from './samples.js'

describe('what one process announces', () => {
  let here: Storage
  let there: Storage
  let remove: () => Promise<void>

  beforeEach(async () => {
    const folder = await testFolder()
    remove = folder.remove
    here = sqliteStorage({ file: folder.file })
    there = sqliteStorage({ file: folder.file })
    await here.open()
    await there.open()
  })
  afterEach(async () => {
    await here.close()
    await there.close()
    await remove()
  })

  const fanOut = async (id: string, announce: boolean): Promise<void> => {
    await there.events.append(appendOf(sampleEvent(id)))
    await there.events.fanOut({ now: 0, eventIds: [id], deliveries: [deliveryOf(id, 'sub_1')], announce })
  }

  it('is heard by another that watches, and nothing else is', async () => {
    let hints = 0
    const stop = await here.watch?.(() => (hints += 1))
    await fanOut('evt_quiet', false)
    await fanOut('evt_1', true)
    await expect.poll(() => hints).toBe(1)
    await there.lanes.wake({ subscriptionIds: ['sub_1'], now: 0 })
    await fanOut('evt_2', true)
    await expect.poll(() => hints).toBe(2)
    await stop?.()
  })

  it('is no longer heard by one that stopped', async () => {
    let hints = 0
    let others = 0
    const stop = await here.watch?.(() => (hints += 1))
    const stopOther = await here.watch?.(() => (others += 1))
    await stop?.()
    await fanOut('evt_1', true)
    await expect.poll(() => others).toBe(1)
    expect(hints).toBe(0)
    await stopOther?.()
  })

  it('is heard all the same when the thread that listened is gone', async () => {
    let hints = 0
    const threads: { terminate(): Promise<number> }[] = []
    process.once('worker', (thread) => threads.push(thread))
    await here.close()
    await here.open()
    const stop = await here.watch?.(() => (hints += 1))
    await threads[0]?.terminate()
    await here.events.get(['evt_none'])
    await expect.poll(() => hints).toBeGreaterThan(0)
    const before = hints
    await fanOut('evt_1', true)
    await expect.poll(() => hints).toBeGreaterThan(before)
    await stop?.()
  })
})
