import { z } from 'zod'

const MAX_LENGTH = 128
const EXPECTED =
  'Expected a site id: a string of 1 to 128 characters, or an ObjectId; null, where it is not in a list, is no site'

/** The text of a site id, or `undefined` for what is none. */
const siteIdText = (value: unknown): string | undefined => {
  const text =
    typeof value === 'string' ? value : (hex(value) ?? hex((value as { _id?: unknown } | null)?._id))
  return text !== undefined && text.length > 0 && text.length <= MAX_LENGTH ? text : undefined
}

const hex = (value: unknown): string | undefined =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { toHexString?: unknown }).toHexString === 'function'
    ? String((value as { toHexString(): string }).toHexString())
    : undefined

/** A site id as callers have it (`SiteId`), as its text. */
export const siteIdSchema = z.unknown().transform((value, context) => {
  const text = siteIdText(value)
  if (text === undefined) context.addIssue({ code: 'custom', message: EXPECTED })
  return text ?? z.NEVER
})
