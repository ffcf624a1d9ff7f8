import { expect } from 'vitest'
import type { Dispatcher } from '../../api/dispatcher.js'
import { createDispatcher } from '../../create-dispatcher.js'
import type { Storage } from '../../ports/storage/storage.js'
import { recordingTransport } from '../recording-transport.js'
import type { ContractTest } from './harness.js'
import { STEP_MS, steppedClock } from './stepped.js'

const LEASE_MS = 15_000
const MANY = 30
const SEND_MS = 500

/** What is done elsewhere than at the lane's owner, and for how long the owner may send what it has loaded, ms. */
const CHANGES: readonly [string, number, (webhooks: Dispatcher, id: string) => Promise<unknown>][] = [
  ['paused', LEASE_MS / 3, ({ subscriptions }, id) => subscriptions.pause(id)],
  ['switched off', LEASE_MS / 3, ({ subscriptions }, id) => subscriptions.update(id, { isActive: false })],
  ['removed', LEASE_MS / 3, ({ subscriptions }, id) => subscriptions.remove(id)],
  [
    'cancelled',
    10_000,
    async ({ deliveries }) => {
      const { items } = await deliveries.list({ status: 'pending', limit: MANY })
      for (const { id } of items) await deliveries.cancel(id)
    },
  ],
]

/** Two dispatchers: one that owns the lane, sending one at a time, and one that changes it. */
const sideBySide = (storage: Storage, other: Storage) => {
  const { clock, waitsFor, advance } = steppedClock()
  const sentAt: number[] = []
  const make = (on: Storage) =>
    createDispatcher({
      storage: waitsFor(on),
      clock,
      leaseMs: LEASE_MS,
      laneConcurrency: 1,
      network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
      transport: recordingTransport(async () => {
        sentAt.push(clock.monotonic())
        await clock.sleep(SEND_MS)
        return 200
      }),
    })
  return { owner: make(storage), office: make(other), clock, sentAt, advance }
}

export const elsewhereTests: readonly ContractTest[] = CHANGES.map(([what, boundMs, change]) => ({
  name: `what is ${what} in another process is sent for ${boundMs} ms more at most`,
  run: async (storage, other) => {
    const { owner, office, clock, sentAt, advance } = sideBySide(storage, other)
    const url = 'https://workflow.example.com/hooks'
    const { id } = await owner.subscriptions.create({ appName: 'app', url, events: ['*'] })
    for (let index = 0; index < MANY; index += 1) await owner.dispatch('order.created', { index })
    await owner.start()
    await advance(1.5 * SEND_MS)
    expect(sentAt.length).toBeGreaterThan(0)
    await change(office, id)
    const changedAt = clock.monotonic()
    await advance(2 * MANY * SEND_MS)
    expect(sentAt.length).toBeLessThan(MANY)
    const lastMs = Math.max(...sentAt) - changedAt
    expect(lastMs, 'from the change to the last request, ms').toBeLessThanOrEqual(boundMs + STEP_MS)
    await Promise.all([owner.stop(), office.stop()])
  },
}))
