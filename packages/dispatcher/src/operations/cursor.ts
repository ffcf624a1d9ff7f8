import { createHash } from 'node:crypto'
import { InvalidCursorError } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import type { Position } from '../ports/storage/lists.js'

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
