import { expect } from 'vitest'
import type { Replay } from '../../core/replay.js'
import type { Storage } from '../../ports/storage/storage.js'
import type { ContractTest } from './harness.js'
import { HOSTILE_IDS, T0 } from './samples.js'

const sampleReplay = (over: Partial<Replay> = {}): Replay => ({
  id: 'rpl_000001',
  revision: 'first',
  state: 'running',
  which: 'all',
  subscriptionId: null,
  type: 'order.created',
  siteId: 'ünï 💥 $where.x\u0001',
  since: T0 - 5.5,
  until: T0,
  bySettled: false,
  createdAt: T0,
  total: 12,
  atLeast: true,
  done: 0,
  sent: 0,
  cursor: { at: T0 - 1, id: '["evt_1",5,"a\u0000b"]' },
  leaseUntil: 0,
  finishedAt: null,
  ...over,
})

const begun = async (storage: Storage, over: Partial<Replay> = {}): Promise<Replay> => {
  const replay = sampleReplay(over)
  expect(await storage.replays.put({ replay, expected: null })).toBe(true)
  return replay
}

export const replayTests: readonly ContractTest[] = [
  {
    name: 'stores a replay whole, for every process, and one that is there only for who knows its revision',
    run: async (storage, other) => {
      const first = await begun(storage)
      expect(await other.replays.get(first.id)).toEqual(first)
      const second = { ...first, revision: 'second', done: 3, sent: 2, cursor: null, leaseUntil: T0 + 9 }
      expect(await other.replays.put({ replay: second, expected: null })).toBe(false)
      expect(await other.replays.put({ replay: second, expected: 'another' })).toBe(false)
      expect(await storage.replays.get(first.id)).toEqual(first)
      expect(await other.replays.put({ replay: second, expected: 'first' })).toBe(true)
      expect(await storage.replays.get(first.id)).toEqual(second)
      expect(await storage.replays.put({ replay: { ...first, revision: 'third' }, expected: 'first' })).toBe(
        false,
      )
      expect(await storage.replays.get(first.id)).toEqual(second)
      const nobody = sampleReplay({ id: 'rpl_nobody' })
      expect(await storage.replays.put({ replay: nobody, expected: 'first' })).toBe(false)
      expect(await storage.replays.get(nobody.id)).toBeNull()
    },
  },
  {
    name: 'knows a call again that is repeated',
    run: async (storage, other) => {
      const first = await begun(storage)
      expect(await other.replays.put({ replay: first, expected: null })).toBe(true)
      const input = { replay: { ...first, revision: 'second', done: 1 }, expected: 'first' }
      expect(await storage.replays.put(input)).toBe(true)
      expect(await other.replays.put({ ...input })).toBe(true)
      expect(await storage.replays.get(first.id)).toEqual(input.replay)
    },
  },
  {
    name: 'lets one of several who know the same revision write',
    run: async (storage, other) => {
      await begun(storage)
      const rivals = ['a', 'b', 'c', 'd'].map((revision, index) =>
        (index % 2 ? storage : other).replays.put({
          replay: sampleReplay({ revision }),
          expected: 'first',
        }),
      )
      expect((await Promise.all(rivals)).filter((won) => won)).toHaveLength(1)
      const born = ['a', 'b', 'c', 'd'].map((revision, index) =>
        (index % 2 ? storage : other).replays.put({
          replay: sampleReplay({ id: 'rpl_000002', revision }),
          expected: null,
        }),
      )
      expect((await Promise.all(born)).filter((won) => won)).toHaveLength(1)
    },
  },
  {
    name: 'lists newest first, every one once, through ties and pages, and those alone that are running',
    run: async (storage, other) => {
      for (let index = 0; index < 7; index += 1)
        await begun(storage, {
          id: `rpl_${index}`,
          createdAt: T0 + (index >> 1),
          state: index % 3 === 0 ? 'running' : 'done',
          finishedAt: index % 3 === 0 ? null : T0 + 9,
        })
      const ids = async (query: object) =>
        (await other.replays.list({ after: null, limit: 9, ...query })).map(({ id }) => id)
      expect(await ids({})).toEqual(['rpl_6', 'rpl_5', 'rpl_4', 'rpl_3', 'rpl_2', 'rpl_1', 'rpl_0'])
      expect(await ids({ limit: 2 })).toEqual(['rpl_6', 'rpl_5'])
      expect(await ids({ limit: 2, after: { at: T0 + 2, id: 'rpl_5' } })).toEqual(['rpl_4', 'rpl_3'])
      expect(await ids({ running: true })).toEqual(['rpl_6', 'rpl_3', 'rpl_0'])
      expect(await ids({ running: true, limit: 1, after: { at: T0 + 3, id: 'rpl_6' } })).toEqual(['rpl_3'])
    },
  },
  {
    name: 'prunes those that have ended, and finds nothing under ids that are not ids',
    run: async (storage, other) => {
      await begun(storage, { id: 'rpl_old', state: 'done', finishedAt: T0, createdAt: T0 - 10 })
      await begun(storage, { id: 'rpl_running', createdAt: T0 - 10 })
      await begun(storage, { id: 'rpl_young', state: 'cancelled', finishedAt: T0 })
      expect(await storage.maintenance.prune({ before: T0, limit: 9 })).toBe(0)
      const left = await other.replays.list({ after: null, limit: 9 })
      expect(left.map(({ id }) => id)).toEqual(['rpl_young', 'rpl_running'])
      for (const id of HOSTILE_IDS) {
        expect(await storage.replays.get(id)).toBeNull()
        await storage.replays.list({ after: { at: T0, id }, limit: 9 })
      }
    },
  },
]
