import { describe, expect, it } from 'vitest'
import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import { memoryStorage, retryingStorage } from '../../src/index.js'

describe('retryingStorage', () => {
  const flaky = (failures: number, error: Error = new StorageUnavailableError('away')) => {
    const storage = memoryStorage()
    let calls = 0
    const get = async (ids: readonly string[]) => {
      calls += 1
      if (calls <= failures) throw error
      return storage.events.get(ids)
    }
    const told: string[] = []
    const retrying = retryingStorage(
      { ...storage, events: { ...storage.events, get, append: async () => Promise.reject(error) } },
      {
        baseMs: 1,
        maxMs: 2,
        retries: 4,
        onUnavailable: (operation) => told.push(`away ${operation}`),
        onRecovered: (operation) => told.push(`back ${operation}`),
      },
    )
    return { retrying, told, calls: () => calls }
  }

  it('repeats what the store could not do just now, and tells once each way', async () => {
    const { retrying, told, calls } = flaky(3)
    expect(await retrying.events.get([])).toEqual([])
    expect(calls()).toBe(4)
    expect(told).toEqual(['away events.get', 'back events.get'])
  })

  it('gives up in the end, repeats nothing else, and never an append in a caller’s session', async () => {
    const down = flaky(99)
    await expect(down.retrying.events.get([])).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(down.calls()).toBe(5)
    const broken = flaky(99, new TypeError('a bug'))
    await expect(broken.retrying.events.get([])).rejects.toThrow('a bug')
    expect(broken.calls()).toBe(1)
    const session = flaky(99)
    await expect(
      session.retrying.events.append({ callId: 'call', events: [], visibleAt: 0, session: {} }),
    ).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
    expect(session.told).toEqual([])
  })
})
