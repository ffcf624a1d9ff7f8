import type { AttemptErrorClass } from '@swigs/webhooks-dispatcher'
import { z } from 'zod'

/** What an attempt can fail by. */
export const ERROR_CLASSES = [
  'http',
  'dns',
  'connect',
  'tls',
  'reset',
  'timeout',
  'invalid_response',
  'blocked_address',
  'internal',
] as const satisfies readonly AttemptErrorClass[]

/** An instant as it goes out. */
export const instant = z.iso.datetime().describe('ISO 8601, UTC')

/** An instant as it comes in. */
export const instantIn = z.iso
  .datetime({ offset: true, error: 'Expected an instant like 2026-02-01T10:00:00Z' })
  .describe('ISO 8601 with Z or an offset')

const limit = z.coerce.number<number | string>().int().min(1).max(200)
const cursor = z.string().min(1).max(1_024).describe('nextCursor of the page before')

/** Query parameters of every list. */
export const paging = {
  limit: limit.default(50).describe('Rows in a page'),
  cursor: cursor.optional(),
}

/** A list as a bare array: whoever does not page sees as many as there may be. */
export const barePaging = { limit: limit.default(200).describe('Rows in a page'), cursor: cursor.optional() }

export const name = z.string().min(1).max(128)

const truth = z.enum(['true', 'false']).transform((text) => text === 'true')

/** A query parameter that is on or off. */
export const flag = z.union([z.boolean(), truth]).default(false)

/** Query parameters of the lists that have a time. */
export const window = {
  since: instantIn.optional().describe('At or after; ISO 8601'),
  until: instantIn.optional().describe('Before; ISO 8601'),
}
