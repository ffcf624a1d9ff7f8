import { expect } from 'vitest'
import { MAX_ATTEMPTS_KEPT } from '../../core/attempt.js'
import type { ContractTest } from './harness.js'
import { complete, laneOf, LEASE_MS, sampleResult, seed, T0, take } from './samples.js'

const failure = {
  number: 1,
  startedAt: T0,
  durationMs: 3,
  statusCode: 503,
  errorClass: 'http',
  error: 'The receiver answered 503',
  responseBody: 'ünï 💥 \u0000 "quoted"',
  truncated: true,
} as const

export const completeTests: readonly ContractTest[] = [
  {
    name: 'writes outcome, attempt and next due time in one go, and the statistics after',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 3)
      const lane = await take(storage, subscription.id)
      const [delivered = '', retried = '', failed = ''] = ids
      const results = [
        sampleResult(lane, delivered),
        sampleResult(lane, retried, { attempt: failure, status: 'pending', dueAt: T0 + 60_000 }),
        sampleResult(lane, failed, {
          attempt: { ...failure, error: 'last words' },
          status: 'failed',
          reason: 'rejected',
        }),
      ]
      expect(await complete(storage, results, { now: T0 + 20 })).toEqual([])
      expect(await other.deliveries.get(delivered)).toMatchObject({
        status: 'delivered',
        reason: null,
        attemptCount: 1,
        scheduleStep: 1,
        settledAt: T0 + 20,
      })
      expect(await other.deliveries.get(retried)).toMatchObject({
        status: 'pending',
        dueAt: T0 + 60_000,
        settledAt: null,
        attempts: [failure],
      })
      expect(await other.deliveries.get(failed)).toMatchObject({
        status: 'failed',
        reason: 'rejected',
        settledAt: T0 + 20,
      })
      expect((await other.subscriptions.get([subscription.id]))[0]?.stats).toEqual({
        totalSent: 1,
        totalFailed: 1,
        lastSentAt: T0 + 13,
        lastError: 'last words',
        failingSince: T0 + 3,
        lastFailedAt: T0 + 3,
      })
    },
  },
  {
    name: 'keeps what came back beside the body: headers, address, what was asked for, and that a request was made once more',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 3)
      const lane = await take(storage, subscription.id)
      const [retried = '', ended = '', plain = ''] = ids
      const responseHeaders = { 'content-type': 'text/plain', '$x-"odd\'.$': 'ü\u0001 €' }
      const told = { responseHeaders, address: '[2001:db8::1]:443' }
      const attempt = { ...failure, retryAfterMs: 90_000.5, repeated: true, ...told }
      await complete(storage, [
        sampleResult(lane, retried, { attempt, status: 'pending', dueAt: T0 + 60_000 }),
        sampleResult(lane, ended, { attempt, status: 'failed', reason: 'rejected' }),
        sampleResult(lane, plain),
      ])
      for (const id of [retried, ended]) {
        expect((await other.deliveries.get(id))?.attempts).toEqual([attempt])
        const listed = await other.deliveries.list({ after: null, limit: 9 })
        const attempts = listed.find((delivery) => delivery.id === id)?.attempts
        expect(attempts).toMatchObject([{ retryAfterMs: 90_000.5, repeated: true, address: told.address }])
        // As the body: megabytes on a page that nobody reads.
        expect(attempts?.[0]?.responseHeaders ?? null).toBeNull()
      }
      const [made] = (await other.deliveries.get(plain))?.attempts ?? []
      expect(made?.retryAfterMs ?? null).toBeNull()
      expect(made?.repeated ?? false).toBe(false)
      expect([made?.responseHeaders ?? null, made?.address ?? null]).toEqual([null, null])
    },
  },
  {
    name: 'changes nothing for an owner that lost the lane',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 1)
      const stale = await take(storage, subscription.id)
      const owner = await take(other, subscription.id, T0 + LEASE_MS)
      const settle = (token: string) => complete(storage, [sampleResult({ ...stale, token }, ids[0] ?? '')])
      expect(await settle(stale.token)).toEqual(ids)
      expect(await settle('never-given-out')).toEqual(ids)
      expect(await other.deliveries.get(ids[0] ?? '')).toMatchObject({
        status: 'pending',
        attemptCount: 0,
        attempts: [],
      })
      expect((await other.subscriptions.get([subscription.id]))[0]?.stats.totalSent).toBe(0)
      expect(await settle(owner.token)).toEqual([])
    },
  },
  {
    name: 'changes nothing for a delivery that moved on, and counts each attempt once',
    run: async (storage, other) => {
      const { subscription, ids } = await seed(storage, 3)
      const lane = await take(storage, subscription.id)
      const [first = '', second = '', third = ''] = ids
      await other.deliveries.cancel({ ids: [second], reason: 'cancelled', now: T0 })
      const results = [
        sampleResult(lane, first),
        sampleResult(lane, first),
        sampleResult(lane, second),
        sampleResult(lane, third, { expectedAttemptCount: 4 }),
        sampleResult(lane, 'dlv_unknown'),
      ]
      const left = await complete(storage, results)
      expect([...left].sort()).toEqual([first, second, third, 'dlv_unknown'].sort())
      expect(await complete(storage, results.slice(0, 1))).toEqual([first])
      expect(await other.deliveries.get(first)).toMatchObject({ status: 'delivered', attemptCount: 1 })
      expect(await other.deliveries.get(second)).toMatchObject({ status: 'cancelled', attemptCount: 0 })
      expect((await other.subscriptions.get([subscription.id]))[0]?.stats.totalSent).toBe(1)
    },
  },
  {
    name: 'counts a call once, however often it is made',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 3)
      const lane = await take(storage, subscription.id)
      const results = ids.map((id) => sampleResult(lane, id))
      const input = { callId: 'call-repeated', now: T0, results, progressed: [] }
      await storage.lanes.complete(input)
      await storage.lanes.complete({ ...input })
      expect((await storage.subscriptions.get([subscription.id]))[0]?.stats.totalSent).toBe(3)
      expect(await storage.deliveries.get(ids[0] ?? '')).toMatchObject({ attemptCount: 1 })
    },
  },
  {
    name: 'does not let a lane complete the delivery of another',
    run: async (storage) => {
      const [mine, theirs] = [await seed(storage, 1), await seed(storage, 1)]
      const lane = await take(storage, mine.subscription.id)
      const results = [sampleResult(lane, theirs.ids[0] ?? '')]
      expect(await complete(storage, results)).toEqual(theirs.ids)
      expect(await storage.deliveries.get(theirs.ids[0] ?? '')).toMatchObject({ status: 'pending' })
    },
  },
  {
    name: 'clears the crashCount of lanes that made progress',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 1)
      await take(storage, subscription.id)
      const lane = await take(storage, subscription.id, T0 + LEASE_MS)
      expect(lane.crashCount).toBe(2)
      const results = [sampleResult(lane, ids[0] ?? '')]
      await complete(storage, results, { progressed: [subscription.id] })
      expect(await laneOf(storage, subscription.id)).toMatchObject({
        crashCount: 0,
        quarantinedAt: 0,
        token: lane.token,
      })
    },
  },
  {
    name: `keeps the latest ${MAX_ATTEMPTS_KEPT} attempts`,
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 1)
      const lane = await take(storage, subscription.id)
      const total = MAX_ATTEMPTS_KEPT + 3
      for (let count = 0; count < total; count += 1) {
        const attempt = { ...failure, number: count + 1 }
        const result = sampleResult(lane, ids[0] ?? '', {
          attempt,
          status: 'pending',
          expectedAttemptCount: count,
          scheduleStep: count + 1,
        })
        await complete(storage, [result])
      }
      const delivery = await storage.deliveries.get(ids[0] ?? '')
      expect(delivery?.attemptCount).toBe(total)
      expect(delivery?.attempts.map(({ number }) => number)).toEqual(
        Array.from({ length: MAX_ATTEMPTS_KEPT }, (_, index) => index + 4),
      )
    },
  },
]
