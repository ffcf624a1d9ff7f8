import { InvalidEventError } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import { instantSchema } from './fields.js'
import { invalid, parseInput } from './parse-input.js'
import { siteIdSchema } from './site-id.js'

const options = z.strictObject({
  siteId: siteIdSchema.nullish().transform((siteId) => siteId ?? null),
  session: z.unknown().optional(),
  idempotencyKey: z.string().min(1).max(256).optional(),
  occurredAt: instantSchema.optional(),
})

/** Dispatch options as they were meant. */
export type ParsedDispatch = z.output<typeof options>

/**
 * What follows type and data: a site id, options, or a site id and options.
 * @throws InvalidEventError naming what is wrong, or one too many: a session that is ignored is an event outside of it.
 */
export const parseDispatch = (rest: readonly unknown[]): ParsedDispatch => {
  const [first, second, ...surplus] = rest
  if (surplus.length > 0) throw tooMany(5)
  if (isOptions(first)) {
    if (second !== undefined) throw tooMany(4)
    return parse(first)
  }
  const given = second ?? {}
  if (!isOptions(given)) throw tooMany(4)
  if ('siteId' in given) throw refused('siteId', 'Given twice: as an argument, and among the options')
  return parse({ ...given, siteId: first })
}

// `null` is how drivers write "no session".
const parse = (given: object): ParsedDispatch => {
  const { session, ...parsed } = parseInput('dispatch', options, given, InvalidEventError)
  return { ...parsed, session: session ?? undefined }
}

const refused = (path: string, message: string) => invalid('dispatch', [{ path, message }], InvalidEventError)

const tooMany = (number: number) =>
  refused(
    `argument ${number}`,
    'Not known. dispatch(type, data, siteId), dispatch(type, data, options) or dispatch(type, data, siteId, options)',
  )

const isOptions = (given: unknown): given is object => {
  if (typeof given !== 'object' || given === null) return false
  // Of any realm: an object made in another one has another Object.prototype.
  const prototype: unknown = Object.getPrototypeOf(given)
  const plain = prototype === null || Object.getPrototypeOf(prototype) === null
  return plain && !('_id' in given) && !('toHexString' in given)
}
