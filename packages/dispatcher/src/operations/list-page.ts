import type { Page } from '../api/page.js'
import type { Position } from '../ports/storage/lists.js'
import { decodeCursor, encodeCursor } from './cursor.js'
import type { Split } from '../flow/lists/served-filter.js'

/** The most rows that are looked at for one page, and how many at a time. */
const MOST_LOOKED_AT = 2_000
const AT_A_TIME = 200

/** A list as it is asked for: its filters, and how storage reads it. */
interface Listing<Q extends object, R, T> {
  readonly name: string
  readonly query: Q & { readonly cursor?: string | null | undefined; readonly limit: number }
  /** What an index serves, and what has to be looked at row by row. Default: all of it is served. */
  readonly split?: (filter: Q) => Split<Q, R>
  readonly read: (query: Q & { after: Position | null; limit: number }) => Promise<readonly R[]>
  readonly position: (row: R) => Position
  readonly view: (row: R) => T
}

/**
 * Reads one row more than asked for, to know whether another page follows. Rows that a filter without an index refuses are
 * passed over, but no more than `MOST_LOOKED_AT`: a page costs the same however many rows there are, and may be short.
 */
export const listPage = async <Q extends object, R, T>(listing: Listing<Q, R, T>): Promise<Page<T>> => {
  const { name, query, read, position, view } = listing
  const { cursor, limit, ...given } = query
  const filter = given as unknown as Q
  const { driving, matches } = listing.split?.(filter) ?? { driving: filter }
  const list = `${name} ${JSON.stringify(filter)}`
  const wanted = matches ? AT_A_TIME : limit + 1
  const found: R[] = []
  let after = decodeCursor(list, cursor)
  let lookedAt = 0
  let more = true
  while (more && found.length <= limit && lookedAt < MOST_LOOKED_AT) {
    const rows = await read({ ...driving, after, limit: wanted })
    const last = rows.at(-1)
    // One that is short may lack a row that cannot be read; only an empty one is the end.
    more = rows.length > 0
    lookedAt += rows.length
    if (last) after = position(last)
    found.push(...(matches ? rows.filter(matches) : rows))
  }
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const resume = last && found.length > limit ? position(last) : more ? after : null
  return { items: shown.map(view), nextCursor: resume && encodeCursor(list, resume) }
}
