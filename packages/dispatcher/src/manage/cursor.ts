import { createHash } from 'node:crypto'
import { InvalidCursorError } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import type { Position } from '../ports/storage/lists.js'
import type { Split } from './driving-filter.js'

/** One page of a list, newest first. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Pass it as `cursor` for the next page; `null` on the last one. A page with a next one may be short, or empty. */
  readonly nextCursor: string | null
}

/** The largest page. */
export const MAX_PAGE = 200

const digest = (list: string, text: string): string =>
  createHash('sha256').update(`${list}\n${text}`).digest('base64url').slice(0, 12)

/** The cursor after `position` in `list` (its name and filters): of use there and nowhere else. */
export const encodeCursor = (list: string, { at, id }: Position): string => {
  const text = Buffer.from(JSON.stringify([at, id])).toString('base64url')
  return `${text}.${digest(list, text)}`
}

/** @throws InvalidCursorError when it was changed, or comes from another list or other filters. */
export const decodeCursor = (list: string, cursor: string | null | undefined): Position | null => {
  if (cursor === null || cursor === undefined) return null
  const [text = '', sum, ...rest] = String(cursor).split('.')
  const error = new InvalidCursorError(
    'cursor is not one that this list gave out. Leave it out to start at the newest, and keep the filters as they were.',
  )
  const place = rest.length === 0 && sum === digest(list, text) ? positionOf(text) : null
  if (place === null) throw error
  return place
}

const placeSchema = z.tuple([z.number(), z.string()])

// The digest has no key, so that cursors outlive the process: whoever reads this can sign anything.
const positionOf = (text: string): Position | null => {
  try {
    const [at, id] = placeSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return { at, id }
  } catch {
    return null
  }
}

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
export const page = async <Q extends object, R, T>(listing: Listing<Q, R, T>): Promise<Page<T>> => {
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
    more = rows.length === wanted
    lookedAt += rows.length
    if (last) after = position(last)
    found.push(...(matches ? rows.filter(matches) : rows))
  }
  const shown = found.slice(0, limit)
  const last = shown.at(-1)
  const resume = last && found.length > limit ? position(last) : more ? after : null
  return { items: shown.map(view), nextCursor: resume && encodeCursor(list, resume) }
}
