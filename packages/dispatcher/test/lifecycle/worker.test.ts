import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import { describe, expect, it } from 'vitest'
import type { FlowContext } from '../../src/flow/context.js'
import { DueLanes } from '../../src/flow/due-lanes.js'
import { Worker, type WorkerParts } from '../../src/flow/worker.js'
import type { ObservedEvent } from '../../src/ports/observer.js'
import { fakeClock } from '../../src/testing/fake-clock.js'

/** A worker whose every sweep meets `failure`, until that is `null`. */
const failing = (failure: Error) => {
  const state = { failure: failure as Error | null, sweeps: 0 }
  const observed: ObservedEvent[] = []
  const clock = fakeClock()
  const fanOut = {
    sweep: async () => {
      state.sweeps += 1
      if (state.failure) throw state.failure
      return 0
    },
  }
  const parts = {
    fanOut,
    due: new DueLanes(clock, 1_000),
    held: { full: false },
    server: { take: async () => ({ taken: 0, others: [] }) },
    steps: { look: () => undefined },
  } as unknown as WorkerParts
  const maintenance = { repair: async () => 0, prune: async () => 0 }
  const context = {
    clock,
    observe: (event: ObservedEvent) => observed.push(event),
    settings: { pollIntervalMs: 1_000, retentionMs: 1, retry: { delaysMs: [], jitter: 0 } },
    storage: { maintenance, metrics: { rollUp: async () => 0 }, subscriptions: { list: async () => [] } },
  } as unknown as FlowContext
  const worker = new Worker(context, parts, { run: async () => undefined })
  const pass = async (polls: number) => {
    for (let poll = 0; poll < polls; poll += 1) await clock.advance(1_000)
  }
  return { worker, state, observed, pass }
}

describe('a worker whose storage fails', () => {
  it('goes on polling, says so once, and once that it is well again', async () => {
    const { worker, state, observed, pass } = failing(new Error('a bug in the adapter'))
    worker.start()
    await pass(5)
    expect(state.sweeps).toBeGreaterThanOrEqual(5)
    const told = { name: 'storage.unavailable', operation: 'worker', error: 'a bug in the adapter' }
    expect(observed).toEqual([told])
    state.failure = null
    await pass(3)
    expect(observed).toEqual([told, { name: 'storage.recovered', operation: 'worker' }])
    await worker.stop()
  })

  it('leaves it to the calls to tell of a store that is away', async () => {
    const { worker, state, observed, pass } = failing(new StorageUnavailableError('away'))
    worker.start()
    await pass(5)
    expect(state.sweeps).toBeGreaterThanOrEqual(5)
    expect(observed).toEqual([])
    await worker.stop()
  })
})
