import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import { retryingStorage, type RetryingStorageOptions } from '../../src/adapters/retrying-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'

const away = (text = 'away') => new StorageUnavailableError(text)

/** A storage whose `events.get` does what `answers` say, one after the other, and then nothing wrong. */
const scripted = (answers: (Error | null)[], options: RetryingStorageOptions = {}) => {
  const memory = memoryStorage()
  const calls: number[] = []
  const storage: Storage = {
    ...memory,
    events: {
      ...memory.events,
      get: async () => {
        calls.push(performance.now())
        const error = answers[calls.length - 1]
        if (error) throw error
        return []
      },
    },
  }
  const told: string[] = []
  const retrying = retryingStorage(storage, {
    baseMs: 1,
    maxMs: 2,
    onUnavailable: (operation) => told.push(`away ${operation}`),
    onRecovered: (operation) => told.push(`back ${operation}`),
    ...options,
  })
  return { retrying, calls, told }
}

describe('retryingStorage', () => {
  it('waits before the very first repetition', async () => {
    const { retrying, calls } = scripted([away(), null], { baseMs: 60, maxMs: 200 })
    await retrying.events.get([])
    // The store's own clock of timers may round a ms away.
    expect((calls[1] ?? 0) - (calls[0] ?? 0)).toBeGreaterThanOrEqual(59)
  })

  it('throws at once with no retries, and says what the store said last', async () => {
    const once = scripted([away()], { retries: 0 })
    await expect(once.retrying.events.get([])).rejects.toThrow('away')
    expect(once.calls).toHaveLength(1)
    const twice = scripted([away('first'), away('last')], { retries: 1 })
    await expect(twice.retrying.events.get([])).rejects.toThrow('last')
    expect(twice.calls).toHaveLength(2)
  })

  it('has Node warn of no leak, however many calls wait for a store that is away', async () => {
    const warnings: Error[] = []
    const listen = (warning: Error) => warnings.push(warning)
    process.on('warning', listen)
    const { signal } = new AbortController()
    const { retrying } = scripted(
      Array.from({ length: 50 }, () => away()),
      { signal },
    )
    await Promise.all(Array.from({ length: 50 }, () => retrying.events.get([])))
    // Warnings come in a turn of their own.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', listen)
    expect(warnings).toEqual([])
  })

  it('stops waiting when it is told to, with what the store said and not with an abort', async () => {
    const end = new AbortController()
    const error = away()
    const { retrying, calls, told } = scripted([error, null], {
      baseMs: 60_000,
      maxMs: 60_000,
      signal: end.signal,
    })
    const answer = retrying.events.get([])
    await expect.poll(() => told).toEqual(['away events.get'])
    end.abort()
    await expect(answer).rejects.toBe(error)
    expect(calls).toHaveLength(1)
  })

  it('does not take an answer back that came while it was told to stop', async () => {
    const end = new AbortController()
    const memory = memoryStorage()
    let calls = 0
    const get = async () => {
      if (calls++ === 0) throw away()
      end.abort()
      return []
    }
    const storage = { ...memory, events: { ...memory.events, get } }
    const retrying = retryingStorage(storage, { baseMs: 1, maxMs: 1, signal: end.signal })
    expect(await retrying.events.get([])).toEqual([])
  })

  it('passes another error through in the middle of repeating', async () => {
    const { retrying, calls } = scripted([away(), new RangeError('a bug'), null])
    await expect(retrying.events.get([])).rejects.toThrow('a bug')
    expect(calls).toHaveLength(2)
  })

  it('tells once for many calls at a time, and again for the next time', async () => {
    const { retrying, told } = scripted([away(), away(), away(), null, null, null, away()])
    await Promise.all([1, 2, 3].map(() => retrying.events.get([])))
    expect(told).toEqual(['away events.get', 'back events.get'])
    await retrying.events.get([])
    expect(told).toEqual(['away events.get', 'back events.get', 'away events.get', 'back events.get'])
  })

  it('takes no old news for new: the call that began last knows how the store is', async () => {
    const memory = memoryStorage()
    const calls: { resolve: (answer: []) => void; reject: (error: Error) => void }[] = []
    const get = () => new Promise<[]>((resolve, reject) => calls.push({ resolve, reject }))
    const told: string[] = []
    const storage = { ...memory, events: { ...memory.events, get } }
    const retrying = retryingStorage(storage, {
      baseMs: 1,
      maxMs: 1,
      onUnavailable: () => told.push('away'),
      onRecovered: () => told.push('back'),
    })
    const [before, during, after] = [1, 2, 3].map(() => retrying.events.get([]))
    calls[1]?.reject(away())
    await expect.poll(() => told).toEqual(['away'])
    // Answered by the store as it was before it went away.
    calls[0]?.resolve([])
    await before
    expect(told).toEqual(['away'])
    await expect.poll(() => calls.length).toBe(4)
    calls[3]?.resolve([])
    await during
    expect(told).toEqual(['away', 'back'])
    // Of the time before it came back.
    calls[2]?.reject(away())
    await expect.poll(() => calls.length).toBe(5)
    expect(told).toEqual(['away', 'back'])
    calls[4]?.resolve([])
    await after
    expect(told).toEqual(['away', 'back'])
  })

  it('wraps the methods of a class, with their own this', async () => {
    class Base {
      protected calls = 0
      async repair(): Promise<number> {
        this.calls += 1
        if (this.calls < 3) throw away()
        return this.calls
      }
    }
    class Maintenance extends Base {
      counts = memoryStorage().maintenance.counts
      async prune(): Promise<number> {
        return 7
      }
    }
    const retrying = retryingStorage(
      { ...memoryStorage(), maintenance: new Maintenance() },
      { baseMs: 1, maxMs: 1 },
    )
    expect(await retrying.maintenance.repair({ now: 0, latestDueAt: 0, latestVisibleAt: 0 })).toBe(3)
    expect(await retrying.maintenance.prune({ before: 0, limit: 1 })).toBe(7)
  })

  it('hands out the ids of a store that has a form of its own for them, and has none where the store has none', () => {
    const own = retryingStorage({ ...memoryStorage(), newSubscriptionId: () => 'of-its-own-form' })
    expect(own.newSubscriptionId?.()).toBe('of-its-own-form')
    expect(retryingStorage(memoryStorage())).not.toHaveProperty('newSubscriptionId')
  })

  it('has every method of every group', () => {
    const storage = memoryStorage()
    const retrying = retryingStorage(storage)
    for (const group of ['subscriptions', 'events', 'lanes', 'deliveries', 'maintenance'] as const)
      expect(Object.keys(retrying[group]).sort()).toEqual(Object.keys(storage[group]).sort())
  })
})
