import type { Mutant } from './mutant.js'

const flow = 'packages/dispatcher/src/flow'
const tests = 'packages/dispatcher/test'

/** Bugs in what happens to an event, whatever the storage. */
export const flowMutants: readonly Mutant[] = [
  {
    name: 'accepts before the event is stored',
    edits: [
      {
        file: `${flow}/accept.ts`,
        find: 'session === undefined ? await this.#appends.add(event) :',
        replace: 'session === undefined ? (this.#appends.add(event).catch(() => false), true) :',
      },
    ],
    caughtBy: {
      file: `${tests}/accept/accepting.test.ts`,
      test: 'fails when that moment has passed, and nothing is accepted',
    },
  },
  {
    name: 'marks an event as fanned out before its last deliveries are written',
    edits: [
      {
        file: `${flow}/fan-out.ts`,
        find: 'await storage.events.fanOut({ now, eventIds: [], deliveries: some })',
        replace:
          'await storage.events.fanOut({ now, eventIds: events.map(({ id }) => id), deliveries: some })',
      },
    ],
    caughtBy: {
      file: `${tests}/delivery/after-a-crash.test.ts`,
      test: 'a fan-out that died between two writes',
    },
  },
  {
    name: 'sweeps nothing',
    edits: [
      {
        file: `${flow}/fan-out.ts`,
        find: 'const events = await storage.events.unfanned({ now, limit: SWEEP_LIMIT })',
        replace: 'const events = (await storage.events.unfanned({ now, limit: SWEEP_LIMIT })).slice(0, 0)',
      },
    ],
    caughtBy: {
      file: `${tests}/delivery/after-a-crash.test.ts`,
      test: 'is swept: an event that was appended',
    },
  },
  {
    name: 'counts a request in the rate window from its start',
    edits: [
      {
        file: `${flow}/lane-limiter.ts`,
        find: 'let taken = 1',
        replace: 'let taken = 1; const startedAt = this.#latest()',
      },
      {
        file: `${flow}/lane-limiter.ts`,
        find: 'this.#window.end(this.#latest())',
        replace: 'this.#window.end(startedAt)',
      },
    ],
    caughtBy: {
      file: `${tests}/lanes/rate-limit.test.ts`,
      test: 'counts from the end of a request, not from its start',
    },
  },
  {
    name: 'sends on a permit that is not stored yet',
    edits: [
      {
        file: `${flow}/lane-runner.ts`,
        find: 'const leaseEndsAt = await this.#context.reserve(this.lane, window)',
        replace:
          'void this.#context.reserve(this.lane, window); const leaseEndsAt: number | null = this.#acquired.leaseEndsAt',
      },
    ],
    caughtBy: {
      file: `${tests}/lanes/rate-limit.test.ts`,
      test: 'has every permit stored before its request leaves',
    },
  },
  {
    name: 'sends on under a lane that was lost when a permit was asked for',
    edits: [
      {
        file: `${flow}/lane-runner.ts`,
        find: `if (leaseEndsAt === null) this.lose()
      else this.#lease.renew(leaseEndsAt)
      return leaseEndsAt !== null`,
        replace: 'if (leaseEndsAt !== null) this.#lease.renew(leaseEndsAt)\n      return true',
      },
    ],
    caughtBy: {
      file: `${tests}/lanes/lost-lane.test.ts`,
      test: 'sends nothing on a permit that could not be stored',
    },
  },
  {
    name: 'lifts no hold when the URL or the limit changes',
    edits: [
      {
        file: 'packages/dispatcher/src/operations/subscriptions.ts',
        find: 'const lift = resumed || after.url !== before.url || limitOf(after) !== limitOf(before)',
        replace: 'const lift = resumed; void limitOf',
      },
    ],
    caughtBy: { file: `${tests}/trust/holds.test.ts`, test: 'for a rate limit ends when the limit goes' },
  },
  {
    name: 'holds a lane for as long as a receiver asks',
    edits: [
      {
        file: 'packages/dispatcher/src/core/classify-reply.ts',
        find: 'askedMs === null ? null : Math.min(askedMs, MAX_RETRY_AFTER_MS)',
        replace: 'askedMs === null ? null : askedMs || MAX_RETRY_AFTER_MS',
      },
    ],
    caughtBy: { file: `${tests}/transport/retry-after.test.ts`, test: 'is clamped to an hour' },
  },
  {
    name: 'never gives up a delivery whose event is gone',
    edits: [
      {
        file: `${flow}/lane-queue.ts`,
        find: "await storage.deliveries.cancel({ ids, reason: 'event_missing', now: clock.now() })",
        replace: 'void [storage, clock]',
      },
    ],
    caughtBy: { file: `${tests}/trust/rows.test.ts`, test: 'a delivery whose event is gone is given up' },
  },
  {
    name: 'never gives up a delivery whose sending fails on our side',
    edits: [
      {
        file: 'packages/dispatcher/src/core/complete-attempt.ts',
        find: "if (delay === null) return { status: 'failed', reason: givenUp, waitMs: 0 }",
        replace:
          "if (delay === null && givenUp !== 'poison') return { status: 'failed', reason: givenUp, waitMs: 0 }; if (delay === null) return { status: 'pending', reason: null, waitMs: 60_000 }",
      },
    ],
    caughtBy: { file: `${tests}/trust/plug-ins.test.ts`, test: 'holds up none of those behind it' },
  },
  {
    name: 'waits for ever for a transport that never settles',
    edits: [
      {
        file: `${flow}/send.ts`,
        find: 'return deadlines.within(call, { ms: timeoutMs + TRANSPORT_GRACE_MS, late, group: signal })',
        replace: 'void [deadlines, TRANSPORT_GRACE_MS, late]; return call',
      },
    ],
    caughtBy: { file: `${tests}/trust/plug-ins.test.ts`, test: 'keeps no slot for ever' },
  },
]
