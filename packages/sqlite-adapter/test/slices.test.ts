import type { StorageCounts } from '@swigs/webhooks-dispatcher/storage-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../src/database/database.js'
import { commitGroup, type WaitingWrite } from '../src/engine/group-commit.js'
import { packFanOut } from '../src/stores/packed-deliveries.js'
import { VERBS, type VerbInput, type VerbName } from '../src/stores/verbs.js'
import { openTestFile } from './open-test-file.js'
import { appendOf, deliveryOf, sampleEvent, testFolder } from './samples.js'

const SUBS = Array.from({ length: 10_000 }, (_, index) => `sub_${String(index).padStart(5, '0')}`)

describe('work that takes long is cut', () => {
  let database: Database
  let close: () => void
  let remove: () => Promise<void>

  beforeEach(async () => {
    const folder = await testFolder()
    remove = folder.remove
    ;({ database, close } = openTestFile(folder.file))
  })
  afterEach(async () => {
    close()
    await remove()
  })

  const waiting = <N extends VerbName>(name: N, input: VerbInput<N>): WaitingWrite => ({
    slices: null,
    start: () => (VERBS[name].run as (database: Database, input: unknown) => unknown)(database, input),
  })

  /** Every look at the clock is later: by 7 ms, what a slice may take is used up after three. */
  const hurriedClock = (byMs = 7) => {
    let now = 0
    return () => (now += byMs)
  }

  /** Commits it slice by slice, with another write beside each. Answers what it answered, and how many slices it took. */
  const commitInSlices = <N extends VerbName>(name: N, input: VerbInput<N>, byMs = 7) => {
    const write = waiting(name, input)
    const elapsed = hurriedClock(byMs)
    for (let slices = 1; ; slices += 1) {
      const [outcome] = commitGroup(database, [write], elapsed)
      const beside = waiting('events.append', appendOf(sampleEvent(`evt_beside_${name}_${slices}`)))
      expect(commitGroup(database, [beside], () => 0)).toEqual([{ answer: [true] }])
      if (outcome !== 'cut') return { outcome, slices }
    }
  }

  const commit = <N extends VerbName>(name: N, input: VerbInput<N>) => {
    const [outcome] = commitGroup(database, [waiting(name, input)], () => 0)
    return (outcome as { answer: unknown }).answer
  }

  const fanOutToAll = () => {
    commit('events.append', appendOf(sampleEvent('evt_1')))
    const deliveries = SUBS.map((id) => deliveryOf('evt_1', id))
    return packFanOut({ now: 5, eventIds: ['evt_1'], deliveries })
  }
  const counts = () => VERBS['maintenance.counts'].run(database, { now: 9 }) as StorageCounts
  const unfanned = () => VERBS['events.unfanned'].run(database, { now: 9, limit: 9 }) as { id: string }[]

  it('a fan-out to 10,000: whole in the end, and marked by its last slice alone', () => {
    const input = fanOutToAll()
    const write = waiting('events.fanOut', input)
    expect(commitGroup(database, [write], hurriedClock())).toEqual(['cut'])
    expect(counts().pending).toBeGreaterThan(0)
    expect(counts().pending).toBeLessThan(SUBS.length)
    expect(unfanned().map(({ id }) => id)).toEqual(['evt_1'])
    // As after a crash: another begins it again.
    const { outcome, slices } = commitInSlices('events.fanOut', input)
    expect(outcome).toEqual({ answer: undefined })
    expect(slices).toBeGreaterThan(5)
    expect(counts().pending).toBe(SUBS.length)
    expect(unfanned().map(({ id }) => id)).not.toContain('evt_1')
    const { lanes } = commit('lanes.acquire', { token: 't', now: 9, leaseMs: 9, limit: 99_999 }) as {
      lanes: unknown[]
    }
    expect(lanes).toHaveLength(SUBS.length)
  })

  it('a fan-out that another process makes at the same time: nothing twice', () => {
    const input = fanOutToAll()
    const write = waiting('events.fanOut', input)
    const elapsed = hurriedClock()
    commitGroup(database, [write], elapsed)
    const later = SUBS.map((id) => deliveryOf('evt_1', id, { dueAt: 7, createdAt: 7 }))
    commit('events.fanOut', packFanOut({ now: 7, eventIds: ['evt_1'], deliveries: later }))
    while (commitGroup(database, [write], elapsed)[0] === 'cut');
    expect(counts()).toMatchObject({ pending: SUBS.length, due: SUBS.length })
  })

  it('pruning, cancelling, sending again and repair: whole in the end', () => {
    commit('events.fanOut', fanOutToAll())
    const ids = SUBS.slice(0, 1_000).map((id) => `dlv_1_${id}`)
    for (const [name, input] of [
      ['deliveries.cancel', { ids, reason: 'cancelled', now: 6 }],
      ['deliveries.resend', { ids, now: 7 }],
      ['maintenance.repair', { now: 8, latestDueAt: 8, latestVisibleAt: 8 }],
      ['deliveries.cancel', { ids: SUBS.map((id) => `dlv_1_${id}`), reason: 'cancelled', now: 8 }],
    ] as const)
      expect(commitInSlices(name, input as never, 0.2).slices).toBeGreaterThan(5)
    expect(counts()).toMatchObject({ pending: 0, cancelled: SUBS.length })
    const events = Array.from({ length: 300 }, (_, index) => sampleEvent(`evt_old_${index}`))
    commit('events.append', appendOf(...events))
    commit('events.fanOut', packFanOut({ now: 9, eventIds: events.map(({ id }) => id), deliveries: [] }))
    const { outcome, slices } = commitInSlices('maintenance.prune', { before: 1, limit: 200 }, 1)
    expect(outcome).toEqual({ answer: 200 })
    expect(slices).toBeGreaterThan(5)
    expect(counts()).toMatchObject({ cancelled: 0 })
  })

  it('and the other writes of a group are in the same transaction as its slice', () => {
    const long = waiting('events.fanOut', fanOutToAll())
    const beside = waiting('events.append', appendOf(sampleEvent('evt_2')))
    const outcomes = commitGroup(database, [beside, long], hurriedClock())
    expect(outcomes).toEqual([{ answer: [true] }, 'cut'])
    const stored = VERBS['events.get'].run(database, ['evt_2']) as unknown[]
    expect(stored).toHaveLength(1)
  })
})
