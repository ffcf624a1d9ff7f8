import { createHash } from 'node:crypto'
import { InvalidCursorError } from '@swigs/webhooks-protocol'
import type { Position } from '../ports/storage.js'

/** One page of a list, newest first. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Pass it as `cursor` for the next page; `null` on the last one. */
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
  if (rest.length > 0 || sum !== digest(list, text)) throw error
  const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [number, string]
  return { at, id }
}

/** Reads one row more than asked for, to know whether another page follows. */
export const page = async <R, T>(input: {
  list: string
  cursor: string | null | undefined
  limit: number
  read: (after: Position | null, limit: number) => Promise<readonly R[]>
  position: (row: R) => Position
  view: (row: R) => T
}): Promise<Page<T>> => {
  const { list, cursor, limit, read, position, view } = input
  const rows = await read(decodeCursor(list, cursor), limit + 1)
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(view),
    nextCursor: last && rows.length > limit ? encodeCursor(list, position(last)) : null,
  }
}
