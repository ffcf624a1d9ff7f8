import { CLOCKS_DIFFER_MS, type RepairInput } from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { Collections } from '../collections.js'
import type { DeliveryDocument, EventDocument } from '../documents.js'
import type { StoreContext } from './context.js'

/** Deliveries that are brought back in one command. */
const SLICE = 1_000

/** The least text, and the least date: whatever is compared with them is of their type, so that an index serves it. */
const NO_NUMBERS = ['', new Date(-8_640_000_000_000_000)]

type Times = Pick<DeliveryDocument, '_id' | 'dueAt' | 'createdAt' | 'writtenAt'>

/** Sweeps find an event by its time: one that is too far ahead, and one that is no time, which is reported. */
export const bringEventsBack = async (
  { at, report }: StoreContext,
  { now, latestVisibleAt }: RepairInput,
): Promise<void> => {
  const { events } = at()
  const $set = { sweepAt: latestVisibleAt }
  await events.updateMany({ state: 0, sweepAt: { $gt: latestVisibleAt } }, { $set })
  const ofLater = { state: 0 as const, sweepAt: { $gt: now }, acceptedAt: { $gt: now + CLOCKS_DIFFER_MS } }
  await events.updateMany(ofLater, { $set: { sweepAt: now } })
  for (const $gte of NO_NUMBERS) {
    const timeless = { state: 0, sweepAt: { $gte } } as object as mongo.Filter<EventDocument>
    const found = await events.find(timeless).project<{ _id: string }>({ _id: 1 }).limit(SLICE).toArray()
    for (const { _id } of found)
      report.malformed({ noun: 'event', id: _id, problem: 'sweepAt is not a number' })
    if (found.length > 0)
      await events.updateMany({ ...timeless, _id: { $in: found.map(({ _id }) => _id) } }, { $set })
  }
}

/** Pending deliveries that a clock which was ahead has put off, then those that are later than any can be. */
export const bringRetriesBack = async (
  { deliveries }: Collections,
  { now, latestDueAt }: RepairInput,
): Promise<void> => {
  const later = { state: 0, dueAt: { $gt: now } }
  const ahead = [
    { ...later, writtenAt: { $gt: now } },
    { ...later, createdAt: { $gt: now }, writtenAt: null as never },
  ]
  for (const filter of ahead)
    await inSlices(deliveries, filter, (found) => found.map((one) => broughtBack(one, now)))
  await inSlices(deliveries, { state: 0, dueAt: { $gt: latestDueAt } }, (found) => [
    changeOf(
      { _id: { $in: found.map(({ _id }) => _id) }, dueAt: { $gt: latestDueAt } },
      { dueAt: latestDueAt },
    ),
  ])
}

/** As long after now as it was due after it was written. */
const broughtBack = ({ _id, dueAt, createdAt, writtenAt }: Times, now: number) =>
  changeOf({ _id, dueAt }, { dueAt: dueAt - Math.max(0, (writtenAt ?? createdAt) - now), writtenAt: now })

const changeOf = (filter: mongo.Filter<DeliveryDocument>, $set: Partial<DeliveryDocument>) => ({
  updateMany: { filter: { ...filter, state: 0 }, update: { $set } },
})

/** What is changed is found no more: it ends when little is found. */
const inSlices = async (
  deliveries: Collections['deliveries'],
  filter: mongo.Filter<DeliveryDocument>,
  changes: (found: readonly Times[]) => mongo.AnyBulkWriteOperation<DeliveryDocument>[],
): Promise<void> => {
  for (let more = true; more;) {
    const found = await deliveries
      .find(filter)
      .project<Times>({ dueAt: 1, createdAt: 1, writtenAt: 1 })
      .limit(SLICE)
      .toArray()
    if (found.length > 0) await deliveries.bulkWrite(changes(found), { ordered: false })
    more = found.length === SLICE
  }
}
