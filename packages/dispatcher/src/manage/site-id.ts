import { InvalidEventError } from '@swigs/webhooks-protocol'

/** A site as callers have it: a string, or a database id that knows its hex string, as Mongoose's ObjectId does. */
export type SiteId = string | { toHexString(): string } | { _id: { toHexString(): string } }

const MAX_LENGTH = 128

/** @throws InvalidEventError when it is neither of those, empty, or longer than 128 characters. */
export const siteIdOf = (value: unknown): string | null => {
  if (value === null || value === undefined) return null
  const text = typeof value === 'string' ? value : (hex(value) ?? hex((value as { _id?: unknown })._id))
  if (text !== undefined && text.length > 0 && text.length <= MAX_LENGTH) return text
  const message = 'Expected a site id: a string of 1 to 128 characters, an ObjectId, or null for no site'
  throw new InvalidEventError(`siteId: ${message}`, { issues: [{ path: 'siteId', message }] })
}

const hex = (value: unknown): string | undefined =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { toHexString?: unknown }).toHexString === 'function'
    ? String((value as { toHexString(): string }).toHexString())
    : undefined
