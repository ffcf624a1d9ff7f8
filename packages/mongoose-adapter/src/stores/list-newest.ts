import type { Position } from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { IdRange } from '../attempt-ids.js'
import type { PageOf } from './reading.js'

interface Listing {
  readonly after: Position | null
  readonly since?: number | undefined
  readonly until?: number | undefined
}

interface Shape {
  readonly equals: Readonly<Record<string, string | number>>
  /** Ids are among these; they are looked for by id, and put in order as they are found. */
  readonly within?: IdRange | undefined
  readonly projection?: Readonly<Record<string, 0>>
}

/** A list by `(instant, _id)`, newest first: what is left of the cursor's own instant, then what is older. */
export const listNewest = <D extends { _id: string }>(
  collection: mongo.Collection<D>,
  instant: string,
  { after, since, until }: Listing,
  { equals, within, projection = {} }: Shape,
): PageOf<D>[] => {
  const found =
    (bounds: Readonly<Record<string, unknown>>, ids: Readonly<Record<string, string>>): PageOf<D> =>
    (skip, limit) => {
      const filter = { ...equals, ...bounds, ...(Object.keys(ids).length > 0 && { _id: ids }) }
      const rows = collection.find(filter as mongo.Filter<D>, { projection })
      if (within) rows.hint({ _id: 1 })
      return rows
        .sort({ [instant]: -1, _id: -1 })
        .skip(skip)
        .limit(limit)
        .toArray() as Promise<D[]>
    }
  const lower = since === undefined ? {} : { $gte: since }
  const range = (bounds: object) => (Object.keys(bounds).length > 0 ? { [instant]: bounds } : {})
  if (after === null)
    return [found(range({ ...lower, ...(until === undefined ? {} : { $lt: until }) }), { ...within })]
  const below = until === undefined ? after.at : Math.min(after.at, until)
  const older = found(range({ ...lower, $lt: below }), { ...within })
  const reachable = (since === undefined || after.at >= since) && (until === undefined || after.at < until)
  return reachable ? [found({ [instant]: after.at }, { ...within, $lt: after.id }), older] : [older]
}
