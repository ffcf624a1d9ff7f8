import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lingerBatch } from '../../src/adapters/linger-batch.js'
import type { BatchOptions } from '../../src/ports/batch.js'

/** A batch whose writes end when they are told to; each item is answered by its double. */
const batchOf = (options: Partial<BatchOptions<number, number>> = {}) => {
  const written: number[][] = []
  const ends: { done: () => void; fail: (error: Error) => void }[] = []
  const batch = lingerBatch<number, number>({
    maxSize: 4,
    lingerMs: 1_000,
    inFlight: 2,
    write: (items) => {
      written.push([...items])
      return new Promise((resolve, reject) => {
        ends.push({ done: () => resolve(items.map((item) => item * 2)), fail: reject })
      })
    },
    ...options,
  })
  return { batch, written, ends }
}

describe('a batch', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** What is due in this turn of the event loop. */
  const turn = () => vi.advanceTimersByTimeAsync(0)

  it('leaves when its first item has lingered, each item answered as its own', async () => {
    const { batch, written, ends } = batchOf()
    const answers = Promise.all([batch.add(1), batch.add(2)])
    await vi.advanceTimersByTimeAsync(999)
    expect(written).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(written).toEqual([[1, 2]])
    ends[0]?.done()
    expect(await answers).toEqual([2, 4])
  })

  it('leaves at once when it is full, and never more of them than may be in flight', async () => {
    const { batch, written, ends } = batchOf()
    const answers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((item) => batch.add(item))
    expect(written).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ])
    ends[0]?.done()
    await turn()
    expect(written[2]).toEqual([9, 10, 11, 12])
    for (const end of ends.slice(1)) end.done()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(written[3]).toEqual([13])
    ends[3]?.done()
    expect(await Promise.all(answers)).toHaveLength(13)
  })

  it('that cannot be written for now fails its own items alone, all of them', async () => {
    const { batch, written, ends } = batchOf()
    const answers = Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8].map((item) => batch.add(item)))
    ends[0]?.fail(new StorageUnavailableError('away'))
    ends[1]?.done()
    const states = (await answers).map(({ status }) => status)
    expect(states).toEqual([...Array<string>(4).fill('rejected'), ...Array<string>(4).fill('fulfilled')])
    expect(written).toHaveLength(2)
  })

  it('that is refused is written again item by item: one that cannot be written fails alone', async () => {
    const { batch, written } = batchOf({
      write: (items) => {
        written.push([...items])
        return items.includes(3)
          ? Promise.reject(new Error('not this one'))
          : Promise.resolve(items.map((item) => item * 2))
      },
    })
    const answers = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8].map((item) => batch.add(item)))
    expect(answers.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason)))).toEqual([
      ...[2, 4, 'Error: not this one', 8],
      ...[10, 12, 14, 16],
    ])
    expect(new Set(written.filter((items) => !items.includes(5)).flat())).toEqual(new Set([1, 2, 3, 4]))
    await batch.idle()
  })

  it('is idle once nothing waits or is under way', async () => {
    const { batch, ends } = batchOf()
    await batch.idle()
    const answer = batch.add(1)
    let idle = false
    const done = batch.idle().then(() => (idle = true))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(idle).toBe(false)
    ends[0]?.done()
    await Promise.all([answer, done])
  })

  describe('that is eager', () => {
    it('leaves in the same turn while nothing is under way, with all that came in it', async () => {
      const { batch, written } = batchOf({ eager: true })
      void batch.add(1)
      void batch.add(2)
      await turn()
      expect(written).toEqual([[1, 2]])
    })

    it('gathers behind the one under way, until that has ended', async () => {
      const { batch, written, ends } = batchOf({ eager: true })
      void batch.add(1)
      await turn()
      void batch.add(2)
      await turn()
      void batch.add(3)
      expect(written).toEqual([[1]])
      ends[0]?.done()
      await turn()
      expect(written).toEqual([[1], [2, 3]])
    })

    it('lingers no longer than others do behind a slow one', async () => {
      const { batch, written } = batchOf({ eager: true })
      void batch.add(1)
      await turn()
      void batch.add(2)
      await vi.advanceTimersByTimeAsync(1_000)
      expect(written).toEqual([[1], [2]])
    })
  })
})
