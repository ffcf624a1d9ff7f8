import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { amountOf, type ShareStorage, type TestSize } from './shared-storage.js'
import { startTestFleet, STUCK } from './test-fleet.js'

/** No limit that is ever met: the replay is what takes its time. */
const RATE_LIMIT = { limit: 10_000, windowMs: 500 }

/** Processes that are killed while they send again what a subscription has missed. */
export const describeReplayed = (name: string, share: ShareStorage, size: TestSize = 'short'): void => {
  describe(`a replay whose processes are killed on ${name}`, () => {
    it('goes on in the next one, and each event that was missed arrives', STUCK, async () => {
      const shared = await share()
      const most = amountOf(size, { short: 1_500, long: 6_000 }, shared.slow)
      const kills = amountOf(size, { short: 2, long: 8 })
      const fleet = await startTestFleet(shared, { subscriptions: 2, rateLimit: RATE_LIMIT })
      const { webhooks, workers } = fleet
      const { items } = await webhooks.subscriptions.list()
      for (const { id } of items) await webhooks.subscriptions.pause(id, { keep: false })
      await workers.spawn()
      const sent: Promise<unknown>[] = []
      for (let n = 0; n < most; n += 1) {
        sent.push(webhooks.dispatch('order.created', { n }))
        if (sent.length >= 64) await Promise.all(sent.splice(0))
      }
      await Promise.all(sent)
      await fleet.until('fan out', async () => (await webhooks.stats()).pendingEvents === 0)
      expect(fleet.arrivals).toEqual([])
      for (const { id } of items) await webhooks.subscriptions.resume(id)
      const { id } = await webhooks.deliveries.replay({ since: 0, which: 'missing' })
      const replay = async () => webhooks.replays.get(id ?? '')
      for (let kill = 0; kill < kills; kill += 1) {
        // The random wait is the point: a kill may come between any slice and its record.
        await sleep(Math.random() * 300)
        await workers.kill(0)
        await workers.spawn()
      }
      await fleet.until('replay', async () => (await replay()).state === 'done')
      const arrived = () => new Set(fleet.arrivals.map(({ path, n }) => `${path} ${n}`)).size
      await fleet.until('deliver', () => arrived() === 2 * most)
      await workers.stop()
      expect(await webhooks.stats()).toMatchObject({ pending: 0, failed: 0, delivered: 2 * most })
      expect(await webhooks.deliveries.replay({ since: 0, which: 'missing', dryRun: true })).toMatchObject({
        count: 0,
      })
    })
  })
}
