import { expect } from 'vitest'
import type { AttemptErrorClass } from '../../core/attempt.js'
import { FAILURE_CLASSES, HOUR_MS, LATENCY_SPANS, MINUTE_MS, type MetricsCounts } from '../../core/metrics.js'
import type { MetricsSpan } from '../../ports/storage/metrics.js'
import type { Storage } from '../../ports/storage/storage.js'
import type { ContractTest } from './harness.js'
import { complete, HOSTILE_IDS, sampleResult, seed, T0, take } from './samples.js'

const DAY_MS = 24 * HOUR_MS

/** What attempts of these durations and failures count to. */
const counts = (durations: readonly number[], failures: readonly AttemptErrorClass[] = []): number[] => {
  const bounds = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, Infinity]
  const sum = Array<number>(LATENCY_SPANS + FAILURE_CLASSES.length).fill(0)
  const add = (place: number) => (sum[place] = (sum[place] ?? 0) + 1)
  for (const duration of durations) add(bounds.findIndex((bound) => duration <= bound))
  for (const failure of failures) add(LATENCY_SPANS + FAILURE_CLASSES.indexOf(failure))
  return sum
}

const times = (count: number, of: MetricsCounts): number[] => of.map((one) => one * count)

const read = async (storage: Storage, span: Partial<MetricsSpan> = {}) => {
  const all = { subscriptionId: null, since: T0 - DAY_MS, until: T0 + 9 * DAY_MS, stepMs: MINUTE_MS }
  const sums = await storage.metrics.read({ ...all, ...span })
  // A place that is not there is 0.
  const whole = (found: MetricsCounts) => counts([]).map((none, place) => found[place] ?? none)
  return sums.map(({ at, counts: found }) => ({ at, counts: whole(found) })).sort((a, b) => a.at - b.at)
}

/** A subscription with deliveries, each of which is delivered after 12.5 ms, `every` ms after the one before. */
const delivered = async (storage: Storage, count: number, every: number): Promise<string> => {
  const { subscription, ids } = await seed(storage, count)
  const lane = await take(storage, subscription.id)
  for (const [index, id] of ids.entries())
    await complete(storage, [sampleResult(lane, id)], { now: T0 + index * every })
  return subscription.id
}

const ONE = counts([12.5])
const EARLY = { minutesBefore: T0, hoursBefore: T0 - DAY_MS, limit: 9 }

export const metricsTests: readonly ContractTest[] = [
  {
    name: 'counts attempts in the minute of their call, by duration and by class of failure, for each subscription and all',
    run: async (storage, other) => {
      const [one, two] = [await seed(storage, 4), await seed(storage, 1)]
      const lane = await take(storage, one.subscription.id)
      const rival = await take(storage, two.subscription.id)
      const attempt = (durationMs: number, errorClass: AttemptErrorClass | null = null) => ({
        ...sampleResult(lane, '').attempt,
        durationMs,
        errorClass,
      })
      const [fast = '', slow = '', retried = '', late = ''] = one.ids
      const gone = { status: 'failed', reason: 'rejected' } as const
      await complete(
        storage,
        [
          sampleResult(lane, fast, { attempt: attempt(5) }),
          sampleResult(lane, slow, { attempt: attempt(10_000.5, 'timeout'), ...gone }),
          sampleResult(rival, two.ids[0] ?? '', { attempt: attempt(5.1) }),
          sampleResult(lane, retried, { attempt: attempt(0, 'dns'), status: 'pending', dueAt: T0 }),
        ],
        { now: T0 + 59_999.5 },
      )
      await complete(storage, [sampleResult(lane, late)], { now: T0 + MINUTE_MS })
      const first = counts([5, 10_000.5, 0], ['timeout', 'dns'])
      expect(await read(other, { subscriptionId: one.subscription.id })).toEqual([
        { at: T0, counts: first },
        { at: T0 + MINUTE_MS, counts: ONE },
      ])
      const sum = counts([5, 10_000.5, 0, 5.1], ['timeout', 'dns'])
      expect(await read(other, { until: T0 + MINUTE_MS })).toEqual([{ at: T0, counts: sum }])
      expect(await read(other, { since: T0 + MINUTE_MS })).toEqual([{ at: T0 + MINUTE_MS, counts: ONE }])
    },
  },
  {
    name: 'counts in metrics what applied alone, and a call once, however often it is made',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 3)
      const lane = await take(storage, subscription.id)
      const [first = '', second = '', third = ''] = ids
      await storage.deliveries.cancel({ ids: [second], reason: 'cancelled', now: T0 })
      const results = [first, second, third].map((id) => sampleResult(lane, id))
      results.push(sampleResult({ ...lane, token: 'of nobody' }, third), sampleResult(lane, 'dlv_unknown'))
      const input = { callId: 'call-counted', now: T0, results, progressed: [] }
      await storage.lanes.complete(input)
      await storage.lanes.complete({ ...input })
      await complete(storage, [sampleResult(lane, first)])
      expect(await read(storage)).toEqual([{ at: T0, counts: times(2, ONE) }])
    },
  },
  {
    name: 'adds many calls of a minute up',
    run: async (storage, other) => {
      await delivered(storage, 40, 10)
      await delivered(other, 5, 10)
      expect(await read(storage)).toEqual([{ at: T0, counts: times(45, ONE) }])
    },
  },
  {
    name: 'sums by the hour and longer, from the starts of those, what is rolled up and what is not',
    run: async (storage) => {
      const id = await delivered(storage, 6, 30 * MINUTE_MS)
      const hours = { subscriptionId: id, stepMs: HOUR_MS }
      const expected = [0, 1, 2].map((hour) => ({ at: T0 + hour * HOUR_MS, counts: times(2, ONE) }))
      expect(await read(storage, hours)).toEqual(expected)
      await storage.metrics.rollUp({ ...EARLY, minutesBefore: T0 + HOUR_MS })
      expect(await read(storage, hours)).toEqual(expected)
      const day = { at: Math.floor(T0 / DAY_MS) * DAY_MS, counts: times(6, ONE) }
      expect(await read(storage, { since: day.at, until: day.at + DAY_MS, stepMs: DAY_MS })).toEqual([day])
      expect((await read(storage, { subscriptionId: id })).map(({ at }) => at)).toEqual(
        [2, 3, 4, 5].map((half) => T0 + half * 30 * MINUTE_MS),
      )
    },
  },
  {
    name: 'rolls up some at a time, adds to hours that are there, and loses and doubles nothing',
    run: async (storage, other) => {
      const ids = [await delivered(storage, 5, 17 * MINUTE_MS), await delivered(storage, 3, MINUTE_MS)]
      const hourly = async () =>
        Promise.all(ids.map((subscriptionId) => read(other, { subscriptionId, stepMs: HOUR_MS })))
      const before = await hourly()
      const input = { minutesBefore: T0 + 2 * HOUR_MS, hoursBefore: T0 - DAY_MS, limit: 1 }
      for (let gone = 1; gone > 0;) {
        ;[gone = 0] = await Promise.all([storage.metrics.rollUp(input), other.metrics.rollUp(input)])
        expect(await hourly()).toEqual(before)
      }
      expect(await read(storage)).toEqual([])
      const late = await delivered(other, 1, 0)
      ids.push(late)
      while ((await storage.metrics.rollUp(input)) > 0);
      expect(await hourly()).toEqual([...before, [{ at: T0, counts: ONE }]])
    },
  },
  {
    name: 'adds to an hour that is rolled up already what came later for its minutes',
    run: async (storage) => {
      const { subscription, ids } = await seed(storage, 2)
      const lane = await take(storage, subscription.id)
      for (const id of ids) {
        await complete(storage, [sampleResult(lane, id)])
        while ((await storage.metrics.rollUp({ ...EARLY, minutesBefore: T0 + HOUR_MS })) > 0);
      }
      expect(await read(storage)).toEqual([])
      expect(await read(storage, { stepMs: HOUR_MS })).toEqual([{ at: T0, counts: times(2, ONE) }])
    },
  },
  {
    name: 'forgets hours that are old, and minutes that are as old with them',
    run: async (storage) => {
      await delivered(storage, 3, HOUR_MS)
      const rollUp = async (input: { minutesBefore: number; hoursBefore: number }) => {
        for (let more = 1, calls = 0; more > 0; calls += 1) {
          expect(calls).toBeLessThan(50)
          more = await storage.metrics.rollUp({ ...input, limit: 2 })
        }
      }
      await rollUp({ minutesBefore: T0 + 2 * HOUR_MS, hoursBefore: T0 + HOUR_MS })
      const hours = await read(storage, { stepMs: HOUR_MS })
      expect(hours).toEqual([1, 2].map((hour) => ({ at: T0 + hour * HOUR_MS, counts: ONE })))
      await rollUp({ minutesBefore: T0 + DAY_MS, hoursBefore: T0 + DAY_MS })
      expect(await read(storage, { stepMs: HOUR_MS })).toEqual([])
    },
  },
  {
    name: 'keeps the metrics of a removed subscription in the sum',
    run: async (storage) => {
      const id = await delivered(storage, 2, 0)
      await storage.subscriptions.remove(id)
      await storage.lanes.remove(id)
      expect(await read(storage)).toEqual([{ at: T0, counts: times(2, ONE) }])
    },
  },
  {
    name: 'has no metrics for what was never sent to, nor for ids that are not ids',
    run: async (storage) => {
      const { subscription } = await seed(storage, 1)
      for (const subscriptionId of [subscription.id, ...HOSTILE_IDS])
        expect(await read(storage, { subscriptionId })).toEqual([])
      expect(await read(storage)).toEqual([])
      expect(await storage.metrics.rollUp(EARLY)).toBe(0)
    },
  },
]
