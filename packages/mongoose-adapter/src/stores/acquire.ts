import type { AcquireInput, Acquired, Lane, LaneState } from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { LaneDocument } from '../documents.js'
import { SLICES, toOwned } from '../mapping/lane.js'
import type { StoreContext } from './context.js'
import { halving } from './halving.js'
import { readLanes } from './reading.js'

/** A lane elsewhere is left to the process whose slice it is in until it is overdue by this, ms. */
export const OVERDUE_MS = 50

/** Calls that nobody has the answer to, at most. */
const UNANSWERED = 100

/** Takes lanes: those named, or those that are due. */
export const acquiring = (context: StoreContext) => {
  const { at, report } = context
  /** The lanes that calls have tried, by token: made again, such a call is answered what it has won. */
  const unanswered = new Map<string, readonly string[]>()

  const lanesAmong = async (ids: readonly string[]): Promise<LaneState[]> => {
    const found = at().lanes.find({ _id: { $in: ids.map(String) } })
    return readLanes(await found.toArray(), report).sort((a, b) => a.dueAt - b.dueAt)
  }

  const named = async (ids: readonly string[], input: AcquireInput): Promise<Acquired> => {
    const { token, now, limit } = input
    const before = await lanesAmong(ids)
    const mine = before.filter((lane) => lane.token === token && lane.leaseUntil > now)
    const free = before.filter((lane) => lane.dueAt <= now && lane.leaseUntil <= now)
    const wanted = free.slice(0, Math.max(0, limit - mine.length)).map(({ subscriptionId }) => subscriptionId)
    if (wanted.length === 0) return apart(before, token, now)
    await take(context, wanted, input)
    const after = await lanesAmong(wanted)
    const rest = before.filter(({ subscriptionId }) => !wanted.includes(subscriptionId))
    return apart([...rest, ...after], token, now)
  }

  const due = async (input: AcquireInput): Promise<Acquired> => {
    const { token, now } = input
    const before = unanswered.get(token)
    const won = before ? apart(await lanesAmong(before), token, now).lanes : []
    const tried = won.length > 0 ? [] : await candidates(at().lanes, input)
    if (tried.length > 0) {
      unanswered.set(token, tried)
      for (const [oldest] of unanswered) if (unanswered.size > UNANSWERED) unanswered.delete(oldest)
      await take(context, tried, input)
      won.push(...apart(await lanesAmong(tried), token, now).lanes)
    }
    unanswered.delete(token)
    return { lanes: won, others: [] }
  }

  return (input: AcquireInput): Promise<Acquired> =>
    input.subscriptionIds ? named(input.subscriptionIds, input) : due(input)
}

/** Whose they are now. */
const apart = (lanes: readonly LaneState[], token: string, now: number) => {
  const won: Lane[] = []
  const others: LaneState[] = []
  for (const lane of lanes)
    if (lane.token === token && lane.leaseUntil > now) won.push(toOwned(lane, token))
    else others.push(lane)
  return { lanes: won, others }
}

/** One update for all, each by compare-and-set. */
const take = async (
  { at, report }: StoreContext,
  ids: readonly string[],
  { token, now, leaseMs }: AcquireInput,
): Promise<void> => {
  const $set = { token, leaseUntil: now + leaseMs, leaseMs, hold: null }
  const takeAll = async (some: readonly string[]) => {
    const free = { _id: { $in: [...some] }, dueAt: { $lte: now }, leaseUntil: { $lte: now } }
    await at().lanes.updateMany(free, { $set, $inc: { strikes: 1 } })
    return []
  }
  await halving(ids, takeAll, (id) =>
    report.malformed({ noun: 'lane', id, problem: 'a field that counts is not a number' }),
  )
}

/** Due lanes to try: those of the own slice first, then what is overdue elsewhere. */
const candidates = async (
  lanes: mongo.Collection<LaneDocument>,
  { now, limit, affinity }: AcquireInput,
): Promise<string[]> => {
  if (limit <= 0) return []
  const slice = affinity === undefined ? undefined : Math.floor(affinity * SLICES) % SLICES
  const find = async (filter: mongo.Filter<LaneDocument>) => {
    const found = lanes.find({ ...filter, leaseUntil: { $lte: now } }).project<{ _id: string }>({ _id: 1 })
    return (await found.sort({ dueAt: 1 }).limit(limit).toArray()).map(({ _id }) => _id)
  }
  if (slice === undefined) return find({ dueAt: { $lte: now } })
  const own = await find({ slice, dueAt: { $lte: now } })
  if (own.length === limit) return own
  const overdue = await find({ dueAt: { $lte: now - OVERDUE_MS } })
  return [...new Set([...own, ...overdue])].slice(0, limit)
}
