import { expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Dispatcher } from '../../src/index.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import { setUp } from '../support.js'

const LEASE_MS = 15_000
const MANY = 60

/** What another process than the lane's owner does, and how long the owner may send what it has loaded, ms. */
const CHANGES: readonly [string, number, (webhooks: Dispatcher, id: string) => Promise<unknown>][] = [
  ['switched off', LEASE_MS / 3, ({ subscriptions }, id) => subscriptions.update(id, { isActive: false })],
  ['removed', LEASE_MS / 3, ({ subscriptions }, id) => subscriptions.remove(id)],
  [
    'cancelled',
    10_000,
    async ({ deliveries }) => {
      const { items } = await deliveries.list({ status: 'pending', limit: 200 })
      for (const { id } of items) await deliveries.cancel(id)
    },
  ],
]

it.each(CHANGES)(
  'what is %s in another process is sent for %i ms more at most',
  async (_what, ms, change) => {
    const [storage, clock] = [memoryStorage(), fakeClock()]
    const at: number[] = []
    const options = { storage, clock, leaseMs: LEASE_MS, laneConcurrency: 1 }
    const owner = setUp({
      ...options,
      respond: async () => {
        at.push(clock.monotonic())
        await clock.sleep(500)
        return 200
      },
    })
    const office = setUp(options)
    const { id } = await owner.subscribe()
    for (let index = 0; index < MANY; index += 1) await owner.webhooks.dispatch('order.created', { index })
    await owner.webhooks.start()
    await clock.advance(700)
    expect(at.length).toBeGreaterThan(0)
    const changedAt = clock.monotonic()
    await change(office.webhooks, id)
    await clock.advance(60_000)
    expect(at.length).toBeLessThan(MANY)
    expect(at.filter((time) => time > changedAt + ms)).toEqual([])
    await owner.webhooks.stop()
    await office.webhooks.stop()
  },
)
