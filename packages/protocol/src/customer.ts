import { z } from 'zod'
import { asIssue, id, plain, type ObjectIdLike } from './json.js'

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

// The last word of a key: `customer`, `users`, `deliveryCustomer`.
const CUSTOMER_KEY = /(customer|user|client|account|owner|buyer)s?$/i
const CREDENTIAL =
  /pass(word|wd|phrase|code)|secret|credential|authorization|(api|access|private|signing)_?key|token(s|_?hash)?$/i
// Short words only as a whole or as the last one of several: `salt` and `pwd_salt`, not `basalt`.
const SHORT_CREDENTIAL =
  /^(auth|hash|jwt|otp|pin|pwd|salt|cookies?|cvc|cvv)$|_(hash|jwt|otp|pwd|salt|cvc|cvv)$/i
const CAMEL_CREDENTIAL = /[a-z0-9](Hash|Jwt|Otp|Pwd|Salt|Cvc|Cvv)$/

const isCredential = (key: string): boolean =>
  CREDENTIAL.test(key) || SHORT_CREDENTIAL.test(key) || CAMEL_CREDENTIAL.test(key)

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
      if (isCredential(key)) return []
      return [[key, CUSTOMER_KEY.test(key) ? cleanCustomer(nested) : clean(nested)]]
    }),
  )
}

const cleanCustomer = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(cleanCustomer)
  return typeof value === 'object' && value !== null ? publicCustomer(value) : value
}

const isHex = (value: object): value is ObjectIdLike => 'toHexString' in value

/** A customer inside another object: an id stays one, a document goes through the whitelist. */
export const customer = z
  .custom<CustomerInput>(
    (value) =>
      (typeof value === 'string' && value.length > 0) || (typeof value === 'object' && value !== null),
    'Expected a customer: an id or an object',
  )
  .transform(
    asIssue((value: CustomerInput): string | PublicCustomer => {
      if (typeof value === 'string') return value
      return isHex(value) ? id.parse(value) : publicCustomer(value)
    }),
  )
  .meta({ anyOf: [{ type: 'string' }, { type: 'object', additionalProperties: { type: 'string' } }] })
