import type { Position } from '@swigs/webhooks-dispatcher'
import type { mongo } from 'mongoose'

interface Listing {
  readonly after: Position | null
  readonly limit: number
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** One page by `(instant, _id)`, newest first: what is left of the cursor's own instant, then what is older. */
export const listNewest = async <D extends { _id: string }>(
  collection: mongo.Collection<D>,
  instant: string,
  { after, limit, since, until }: Listing,
  equals: Readonly<Record<string, string | number>>,
  projection: Record<string, 0> = {},
): Promise<D[]> => {
  const page = (bounds: Record<string, unknown>, rows: number) =>
    collection
      .find({ ...equals, ...bounds } as mongo.Filter<D>, { projection })
      .sort({ [instant]: -1, _id: -1 })
      .limit(rows)
      .toArray() as Promise<D[]>
  const lower = since === undefined ? {} : { $gte: since }
  if (after === null) {
    const range = { ...lower, ...(until === undefined ? {} : { $lt: until }) }
    return page(Object.keys(range).length > 0 ? { [instant]: range } : {}, limit)
  }
  const reachable = (since === undefined || after.at >= since) && (until === undefined || after.at < until)
  const ties = reachable ? await page({ [instant]: after.at, _id: { $lt: after.id } }, limit) : []
  if (ties.length === limit) return ties
  const below = until === undefined ? after.at : Math.min(after.at, until)
  return [...ties, ...(await page({ [instant]: { ...lower, $lt: below } }, limit - ties.length))]
}
