import { NEVER, type LaneStore, type Logger } from '@swigs/webhooks-dispatcher'
import type { mongo } from 'mongoose'
import type { Collections } from '../collections.js'
import type { LaneDocument } from '../documents.js'
import { guarded } from '../errors.js'
import { SLICES, toLane, toOwned, toQueued } from '../mapping.js'
import { tokensOf } from './lane-tokens.js'
import { releaseOperations, windowOperations } from './lane-writes.js'
import { settling } from './settle.js'
import { wakeLanes } from './wake-lanes.js'

/** A lane elsewhere is left to the process whose slice it is in until it is overdue by this. */
const OVERDUE_MS = 50

type AcquireInput = Parameters<LaneStore['acquire']>[0]

export const mongoLanes = (at: () => Collections, logger: Pick<Logger, 'warn'>): LaneStore => {
  const tried = new WeakMap<AcquireInput, readonly string[]>()
  const settle = settling(logger)

  // By its token, after a lost answer too.
  const wonBy = async (token: string, ids: readonly string[]) => {
    const won = await at()
      .lanes.find({ _id: { $in: [...ids] }, token })
      .toArray()
    return won.sort((a, b) => a.dueAt - b.dueAt).map((document) => toOwned(document, token))
  }

  return {
    acquire: async (input) =>
      guarded('lanes.acquire', async () => {
        const { token, now, leaseUntil } = input
        const before = tried.get(input)
        const won = before ? await wonBy(token, before) : []
        if (won.length > 0) return won
        const due = await candidates(at().lanes, input)
        if (due.length === 0) return []
        tried.set(input, due)
        const free = { _id: { $in: due }, dueAt: { $lte: now }, leaseUntil: { $lte: now } }
        await at().lanes.updateMany(free, { $set: { token, leaseUntil }, $inc: { crashCount: 1 } })
        return wonBy(token, due)
      }),
    extend: async ({ leaseUntil, lanes: held }) =>
      guarded('lanes.extend', async () => {
        if (held.length === 0) return []
        const { lanes } = at()
        const windows = windowOperations(held, leaseUntil)
        if (windows.length > 0) await lanes.bulkWrite(windows, { ordered: false })
        const plain = held.filter(({ window }) => window === undefined)
        if (plain.length > 0) {
          const ids = plain.map(({ subscriptionId }) => subscriptionId)
          const tokens = [...new Set(plain.map(({ token }) => token))]
          await lanes.updateMany({ _id: { $in: ids }, token: { $in: tokens } }, { $max: { leaseUntil } })
        }
        const holders = await tokensOf(
          lanes,
          held.map(({ subscriptionId }) => subscriptionId),
        )
        const kept = held.filter(({ subscriptionId, token }) => holders.get(subscriptionId) === token)
        return kept.map(({ subscriptionId }) => subscriptionId)
      }),
    release: async ({ now, lanes: given }) =>
      guarded('lanes.release', async () => {
        if (given.length > 0) await at().lanes.bulkWrite(releaseOperations(given, now), { ordered: true })
      }),
    upcoming: async ({ subscriptionId, limit }) =>
      guarded('lanes.upcoming', async () => {
        const pending = at().deliveries.find(
          { lane: String(subscriptionId), state: 0 },
          { projection: { attempts: 0 } },
        )
        return (await pending.sort({ dueAt: 1, _id: 1 }).limit(limit).toArray()).map(toQueued)
      }),
    settle: async (input) => guarded('lanes.complete', () => settle(at(), input)),
    get: async (subscriptionId) =>
      guarded('lanes.get', async () => {
        const document = await at().lanes.findOne({ _id: String(subscriptionId) })
        return document ? toLane(document) : null
      }),
    wake: async ({ subscriptionId, now }) =>
      guarded('lanes.wake', () => wakeLanes(at().lanes, [String(subscriptionId)], now)),
    remove: async (subscriptionId) =>
      guarded('lanes.remove', async () => void (await at().lanes.deleteOne({ _id: String(subscriptionId) }))),
    nextDueAt: async () =>
      guarded('lanes.nextDueAt', async () => {
        const busy = at()
          .lanes.find({ dueAt: { $lt: NEVER } })
          .project<{ dueAt: number; leaseUntil: number }>({ _id: 0, dueAt: 1, leaseUntil: 1 })
        let next = Infinity
        for await (const { dueAt, leaseUntil } of busy.sort({ dueAt: 1 })) {
          if (dueAt >= next) break
          next = Math.min(next, Math.max(dueAt, leaseUntil))
        }
        return next === Infinity ? null : next
      }),
  }
}

/** A handful by id: put in order here, as no index has them so. */
const dueAmong = async (
  lanes: mongo.Collection<LaneDocument>,
  ids: readonly string[],
  now: number,
  limit: number,
): Promise<string[]> => {
  const free = { _id: { $in: ids.map(String) }, dueAt: { $lte: now }, leaseUntil: { $lte: now } }
  const found = await lanes.find(free).project<{ _id: string; dueAt: number }>({ dueAt: 1 }).toArray()
  return found
    .sort((a, b) => a.dueAt - b.dueAt)
    .slice(0, limit)
    .map(({ _id }) => _id)
}

/** Lanes to try: those asked for by id, or own slice first and then what is overdue elsewhere. */
const candidates = async (
  lanes: mongo.Collection<LaneDocument>,
  { now, limit, subscriptionIds: ids, affinity }: AcquireInput,
): Promise<string[]> => {
  const slice = affinity === undefined ? undefined : Math.floor(affinity * SLICES) % SLICES
  const find = async (filter: mongo.Filter<LaneDocument>, rows: number) => {
    const found = lanes.find({ ...filter, leaseUntil: { $lte: now } }).project<{ _id: string }>({ _id: 1 })
    return (await found.sort({ dueAt: 1 }).limit(rows).toArray()).map(({ _id }) => _id)
  }
  if (ids) return dueAmong(lanes, ids, now, limit)
  if (slice === undefined) return find({ dueAt: { $lte: now } }, limit)
  const own = await find({ slice, dueAt: { $lte: now } }, limit)
  if (own.length === limit) return own
  const overdue = await find({ dueAt: { $lte: now - OVERDUE_MS } }, limit)
  return [...new Set([...own, ...overdue])].slice(0, limit)
}
