import type { Mutant } from './mutant.js'

const memory = {
  src: 'packages/dispatcher/src/adapters/memory',
  contract: 'packages/dispatcher/test/storage/memory-storage.test.ts',
}
const sqlite = {
  src: 'packages/sqlite-adapter/src/stores',
  contract: 'packages/sqlite-adapter/test/contract.test.ts',
}
const mongoose = {
  src: 'packages/mongoose-adapter/src/stores',
  contract: 'packages/mongoose-adapter/test/contract.test.ts',
}
const postgres = {
  src: 'packages/postgres-adapter/src',
  contract: 'packages/postgres-adapter/test/contract.test.ts',
}

const LOST = 'changes nothing for an owner that lost the lane'
const UNSEEN_WAKE = 'leaves a lane due when a wake came that its owner has not seen'
const LIFTED = 'lifts a hold that its owner is about to write'
const TOO_FAR = 'brings a lease and a hold back that reach further than they were written for'
const ONCE = 'counts each attempt once'

/** Bugs in the storages: what a rival, a crash or a wrong clock would make of them. */
export const storageMutants: readonly Mutant[] = [
  {
    name: 'memory: completes without the token',
    edits: [
      {
        file: `${memory.src}/complete.ts`,
        find: 'state.lanes.get(subscriptionId)?.token !== token || ',
        replace: '',
      },
    ],
    caughtBy: { file: memory.contract, test: LOST },
  },
  {
    name: 'sqlite: completes without the token',
    edits: [{ file: `${sqlite.src}/match-results.ts`, find: ' || tokens.get(sub) !== token', replace: '' }],
    caughtBy: { file: sqlite.contract, test: LOST },
  },
  {
    name: 'postgres: completes without the token',
    edits: [
      {
        file: `${postgres.src}/schema/functions/complete.ts`,
        find: 'AND (l.subscription_id, l.token) IN (SELECT g.lane, g.token FROM given g)',
        replace: '',
      },
      {
        file: `${postgres.src}/schema/functions/complete.ts`,
        find: ' AND held.token = g.token',
        replace: '',
      },
    ],
    caughtBy: { file: postgres.contract, test: LOST },
  },
  {
    name: 'mongoose: completes whatever the attempt count is',
    edits: [
      {
        file: `${mongoose.src}/outcome.ts`,
        find: 'attemptCount: expectedAttemptCount,',
        replace: '',
      },
    ],
    caughtBy: { file: mongoose.contract, test: ONCE },
  },
  {
    name: 'mongoose: takes lanes whose lease runs',
    edits: [
      {
        file: `${mongoose.src}/acquire.ts`,
        find: 'dueAt: { $lte: now }, leaseUntil: { $lte: now } }\n',
        replace: 'dueAt: { $lte: now } }\n',
      },
    ],
    caughtBy: { file: mongoose.contract, test: 'never has two owners, however many try at once' },
  },
  {
    name: 'memory: believes a lease that reaches further than it was written for',
    edits: [
      {
        file: `${memory.src}/maintenance.ts`,
        find: 'if (lane.leaseUntil <= latest) return false',
        replace: 'if (lane.leaseUntil < Infinity) return false',
      },
    ],
    caughtBy: { file: memory.contract, test: TOO_FAR },
  },
  {
    name: 'sqlite: believes a lease that reaches further than it was written for',
    edits: [
      {
        file: `${sqlite.src}/repair.ts`,
        find: 'WHERE lease_until > ?2 + lease_ms RETURNING sub',
        replace: 'WHERE lease_until > ?2 + lease_ms AND 0 RETURNING sub',
      },
    ],
    caughtBy: { file: sqlite.contract, test: TOO_FAR },
  },
  {
    name: 'sqlite: gives a lane back as idle, whoever woke it',
    edits: [
      {
        file: `${sqlite.src}/lanes.ts`,
        find: "lane['wakeups'] === wakeups ? dueAt : now",
        replace: 'wakeups < 0 ? now : dueAt',
      },
    ],
    caughtBy: { file: sqlite.contract, test: UNSEEN_WAKE },
  },
  {
    name: 'postgres: gives a lane back as idle, whoever woke it',
    edits: [
      {
        file: `${postgres.src}/schema/functions/lanes.ts`,
        find: 'due_at = CASE WHEN l.wakeups = g.wakeups THEN g.due_at ELSE given_now END',
        replace: 'due_at = g.due_at',
      },
    ],
    caughtBy: { file: postgres.contract, test: UNSEEN_WAKE },
  },
  {
    name: 'memory: writes a hold that was lifted before it was there',
    edits: [
      {
        file: `${memory.src}/lanes.ts`,
        find: 'lane.lifts === given.lifts ? given.hold : null',
        replace: 'given.hold',
      },
    ],
    caughtBy: { file: memory.contract, test: LIFTED },
  },
  {
    name: 'mongoose: writes a hold that was lifted before it was there',
    edits: [
      {
        file: `${mongoose.src}/lane-writes.ts`,
        find: 'lifts: lifts === 0 ? { $in: [0, null as never] } : lifts,',
        replace: 'lifts: { $gte: lifts },',
      },
    ],
    caughtBy: { file: mongoose.contract, test: LIFTED },
  },
  {
    name: 'sqlite: marks an event as fanned out with its first deliveries',
    edits: [
      { file: `${sqlite.src}/fan-out.ts`, find: 'for (const id of eventIds) mark.run(id)\n', replace: '' },
      {
        file: `${sqlite.src}/fan-out.ts`,
        find: '  for (const alike of groups)\n',
        replace:
          "  for (const id of eventIds) database.sql('DELETE FROM unfanned WHERE event = (SELECT n FROM events WHERE id = ?)').run(id)\n  for (const alike of groups)\n",
      },
    ],
    caughtBy: {
      file: 'packages/sqlite-adapter/test/slices.test.ts',
      test: 'a fan-out to 10,000: whole in the end, and marked by its last slice alone',
    },
  },
]
