import { expect } from 'vitest'
import { NO_HEALTH, type SubscriptionHealth } from '../../core/subscription-health.js'
import type { ContractTest } from './harness.js'
import { complete, insertSample, sampleResult, seed, T0, take } from './samples.js'

const error = { statusCode: 503, errorClass: 'http', error: 'The receiver answered 503' } as const

/** Of an attempt that began at T0, ms. */
const endsAt = (ms: number) => ({
  ...sampleResult({ subscriptionId: '', token: '' }, '').attempt,
  durationMs: ms,
})

/** Outcomes of attempts, each in a call of its own or several in one: a delivery at that many ms, or a failure. */
const series = [
  { calls: [['fail 10']], failingSince: 10, lastFailedAt: 10 },
  { calls: [['fail 10'], ['fail 20', 'fail 30']], failingSince: 10, lastFailedAt: 30 },
  { calls: [['fail 10', 'done 20']], failingSince: null, lastFailedAt: 10 },
  { calls: [['fail 10'], ['done 20']], failingSince: null, lastFailedAt: 10 },
  { calls: [['fail 10'], ['fail 20', 'done 30', 'fail 40', 'fail 50']], failingSince: 40, lastFailedAt: 50 },
  {
    calls: [['done 10', 'fail 20'], ['fail 30'], ['done 40'], ['fail 50']],
    failingSince: 50,
    lastFailedAt: 50,
  },
  { calls: [['done 10']], failingSince: null, lastFailedAt: null },
] as const

const HEALTH: SubscriptionHealth = {
  countsFrom: T0,
  warnedAt: T0 + 3,
  warnedFor: T0 + 2,
  untold: { change: 'failing', since: T0 + 2, at: T0 + 3 },
  revision: 1,
}

export const healthTests: readonly ContractTest[] = [
  ...(series.map(({ calls, failingSince, lastFailedAt }) => ({
    name: `knows since when nothing but failures came after ${calls.map((call) => call.join(', ')).join('; ')}`,
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, calls.flat().length)
      const lane = await take(storage, subscription.id)
      for (const call of calls) {
        const results = call.map((outcome) => {
          const [kind, ms = ''] = outcome.split(' ')
          const attempt = { ...endsAt(Number(ms)), ...(kind === 'fail' && error) }
          const status = kind === 'fail' ? 'failed' : 'delivered'
          return sampleResult(lane, ids.shift() ?? '', { attempt, status })
        })
        await complete(storage, results)
      }
      const [found] = await other.subscriptions.get([subscription.id])
      const at = (ms: number | null) => (ms === null ? null : T0 + ms)
      expect(found?.stats).toMatchObject({
        failingSince: at(failingSince),
        lastFailedAt: at(lastFailedAt),
      })
    },
  })) satisfies ContractTest[]),
  {
    name: 'keeps what was made of failures, and leaves the rest of a subscription alone',
    run: async (storage, other) => {
      const before = await insertSample(storage)
      expect(before.health).toEqual(NO_HEALTH)
      const change = { id: before.id, patch: { health: HEALTH }, now: T0 + 5 }
      const after = await storage.subscriptions.update(change)
      expect(after).toEqual({ ...before, health: HEALTH, updatedAt: T0 + 5 })
      expect(await other.subscriptions.get([before.id])).toEqual([after])
      const stored = await insertSample(other, { health: HEALTH, isActive: false, inactiveReason: 'failing' })
      expect(await storage.subscriptions.get([stored.id])).toEqual([stored])
    },
  },
  {
    name: 'lets one of several win that change the health of a subscription at once',
    run: async (storage, other) => {
      const { id } = await insertSample(storage)
      const change = (revision: number, handle = storage) =>
        handle.subscriptions.update({
          id,
          patch: { health: { ...HEALTH, revision: revision + 1 } },
          now: T0 + 5,
          expected: { health: revision },
        })
      const rivals = await Promise.all([change(0), change(0, other), change(0), change(0, other)])
      expect(rivals.filter((answer) => answer !== null)).toHaveLength(1)
      expect(await change(0)).toBeNull()
      expect(await change(1, other)).toMatchObject({ health: { revision: 2 } })
    },
  },
  {
    name: 'changes nothing for who thinks that it is failing when it has recovered, or fails since another time',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 2)
      const lane = await take(storage, subscription.id)
      const failed = { attempt: { ...endsAt(10), ...error }, status: 'failed' } as const
      const disable = (failingSince: number) =>
        other.subscriptions.update({
          id: subscription.id,
          patch: { isActive: false, inactiveReason: 'failing' },
          now: T0 + 5,
          expected: { failingSince, health: 0 },
        })
      expect(await disable(T0 + 10)).toBeNull()
      await complete(storage, [sampleResult(lane, ids[0] ?? '', failed)])
      expect(await disable(T0 + 11)).toBeNull()
      await complete(storage, [sampleResult(lane, ids[1] ?? '')])
      expect(await disable(T0 + 10)).toBeNull()
      const again = await seed(storage, 1)
      const other2 = await take(storage, again.subscription.id)
      await complete(storage, [sampleResult(other2, again.ids[0] ?? '', failed)])
      const input = { id: again.subscription.id, patch: { isActive: false } as const, now: T0 + 5 }
      const won = await other.subscriptions.update({
        ...input,
        expected: { failingSince: T0 + 10, health: 0 },
      })
      expect(won).toMatchObject({ isActive: false, stats: { failingSince: T0 + 10 } })
    },
  },
]
