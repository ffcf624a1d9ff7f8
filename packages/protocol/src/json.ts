import { isDate } from 'node:util/types'
import { z } from 'zod'

/** A database id that knows its hex string, as Mongoose's ObjectId does. */
export interface ObjectIdLike {
  /** What goes out: 24 hex digits. */
  toHexString(): string
}

const isObjectId = (value: unknown): value is ObjectIdLike =>
  typeof value === 'object' &&
  value !== null &&
  'toHexString' in value &&
  typeof value.toHexString === 'function'

/** An id: a string, or an ObjectId, which goes out as its hex string. */
export const id = z
  .custom<string | ObjectIdLike>(
    (value) => (typeof value === 'string' && value.length > 0) || isObjectId(value),
    'Expected an id: a string or an ObjectId',
  )
  .transform((value) => (typeof value === 'string' ? value : value.toHexString()))
  .meta({ type: 'string' })

/** An instant: a Date, or ISO 8601; goes out as ISO 8601 UTC. */
export const instant = z
  .custom<Date | string>(
    (value) => (typeof value === 'string' || isDate(value)) && !Number.isNaN(new Date(value).getTime()),
    'Expected a Date or an ISO 8601 string',
  )
  .transform((value) => new Date(value).toISOString())
  .meta({ type: 'string', format: 'date-time' })

/** A value as `JSON.stringify` would send it: documents and dates become what their `toJSON` gives. */
export const plain = (value: unknown): unknown => {
  const text = JSON.stringify(value)
  return text === undefined ? undefined : JSON.parse(text)
}

/** A transform whose throw, over a cycle or a BigInt, is an issue at the field and not a TypeError out of the schema. */
export const asIssue =
  <I, O>(transform: (value: I) => O) =>
  (value: I, context: z.RefinementCtx<I>): O => {
    try {
      return transform(value)
    } catch {
      context.addIssue({ code: 'custom', message: 'Expected JSON: no cycle, no BigInt' })
      return z.NEVER
    }
  }
