import { z } from 'zod'
import { id, plain, type ObjectIdLike } from './json.js'

/** The only fields of a customer that ever leave the app. */
export const CUSTOMER_FIELDS = [
  '_id',
  'id',
  'customerId',
  'email',
  'firstName',
  'lastName',
  'name',
  'phone',
] as const

/** A customer as it goes out. */
export type PublicCustomer = Partial<Record<(typeof CUSTOMER_FIELDS)[number], string>>

/** A customer as an app has it: its id, or a document with whatever fields. */
export type CustomerInput = string | ObjectIdLike | object

const CUSTOMER_KEYS = new Set(['customer', 'user', 'client', 'account', 'owner', 'buyer'])
const CREDENTIAL =
  /pass(word|wd|phrase)|secret|credential|api_?key|private_?key|(reset|access|refresh|auth|verification|session)_?token|^(token|hash|salt|otp|pin)$|(password|token)_?hash/i

/** Lets the whitelisted fields of a customer through, strings and ids only. */
export const publicCustomer = (customer: object): PublicCustomer => {
  const source = plain(customer) as Record<string, unknown>
  return Object.fromEntries(
    CUSTOMER_FIELDS.flatMap((field) => (typeof source[field] === 'string' ? [[field, source[field]]] : [])),
  )
}

/**
 * Makes app data fit to leave: plain JSON, in which every nested customer went through the whitelist and no key that
 * names a credential is left.
 */
export const withoutCredentials = (value: unknown): unknown => clean(plain(value))

const clean = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(clean)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, nested]) => {
      if (CREDENTIAL.test(key)) return []
      const isCustomer = CUSTOMER_KEYS.has(key.toLowerCase()) && typeof nested === 'object' && nested !== null
      return [[key, isCustomer && !Array.isArray(nested) ? publicCustomer(nested) : clean(nested)]]
    }),
  )
}

const isHex = (value: object): value is ObjectIdLike => 'toHexString' in value

/** A customer inside another object: an id stays one, a document goes through the whitelist. */
export const customer = z
  .custom<CustomerInput>(
    (value) =>
      (typeof value === 'string' && value.length > 0) || (typeof value === 'object' && value !== null),
    'Expected a customer: an id or an object',
  )
  .transform((value): string | PublicCustomer => {
    if (typeof value === 'string') return value
    return isHex(value) ? id.parse(value) : publicCustomer(value)
  })
  .meta({ anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: { type: 'string' } }] })
