import { isNativeError } from 'node:util/types'
import type { z } from 'zod'

/** One thing that is wrong with an input: where, and what is expected there. */
export interface Issue {
  /** `items[0].price`; empty for the input as a whole. */
  readonly path: string
  /** What is expected there; never the value that was given. */
  readonly message: string
}

/** How an error of these packages is made. */
export interface ErrorOptions {
  readonly cause?: unknown
}

// The ESM and the CommonJS build may both be loaded, and instanceof sees only its own; a registered symbol sees both.
const BRAND = Symbol.for('@swigs/webhooks-error')

/** Every error that the packages throw: a stable `code`, and a message that says what to do. No secret, no payload. */
export class WebhooksError extends Error {
  /** Stable; `INVALID_EVENT`, `STORAGE_UNAVAILABLE` … */
  readonly code: string

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.name = new.target.name
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Whether `error` is one of ours (from any copy of the package), and has that code. */
export const isWebhooksError = (error: unknown, code?: string): error is WebhooksError =>
  typeof error === 'object' &&
  error !== null &&
  BRAND in error &&
  (code === undefined || (error as Partial<WebhooksError>).code === code)

abstract class InputError extends WebhooksError {
  readonly issues: readonly Issue[]

  constructor(code: string, message: string, options: ErrorOptions & { issues?: readonly Issue[] } = {}) {
    super(code, message, options)
    this.issues = options.issues ?? []
  }
}

type InputErrorOptions = ErrorOptions & { issues?: readonly Issue[] }

/** `dispatch` was given an unknown type, or data that its schema refuses. */
export class InvalidEventError extends InputError {
  constructor(message: string, options?: InputErrorOptions) {
    super('INVALID_EVENT', message, options)
  }
}

/** An option or argument is wrong. */
export class InvalidOptionsError extends InputError {
  constructor(message: string, options?: InputErrorOptions) {
    super('INVALID_OPTIONS', message, options)
  }
}

/** A subscription's fields are wrong. */
export class InvalidSubscriptionError extends InputError {
  constructor(message: string, options?: InputErrorOptions) {
    super('INVALID_SUBSCRIPTION', message, options)
  }
}

const errorClass = (code: string) =>
  class extends WebhooksError {
    constructor(message: string, options?: ErrorOptions) {
      super(code, message, options)
    }
  }

/** There is no such subscription, delivery or event. */
export class NotFoundError extends errorClass('NOT_FOUND') {}
/** The serialised event is longer than `maxPayloadBytes`. */
export class PayloadTooLargeError extends errorClass('PAYLOAD_TOO_LARGE') {}
/** An address may not be connected to. */
export class AddressRefusedError extends errorClass('ADDRESS_REFUSED') {}
/** The store cannot be reached or written just now; trying again is safe. */
export class StorageUnavailableError extends errorClass('STORAGE_UNAVAILABLE') {}
/** The store has no transactions, or the session is not one of its own. */
export class SessionUnsupportedError extends errorClass('SESSION_UNSUPPORTED') {}
/** The dispatcher was stopped. */
export class StoppedError extends errorClass('STOPPED') {}
/** A secret has too little or too much key material, or is not well formed. */
export class InvalidSecretError extends errorClass('INVALID_SECRET') {}
/** A cursor was changed, or comes from another list. */
export class InvalidCursorError extends errorClass('INVALID_CURSOR') {}
/** The thing is in a state that does not allow it. */
export class ConflictError extends errorClass('CONFLICT') {}

/** A zod error as issues, one for each unknown field; the messages name what is expected and never the value. */
export const issuesFromZod = (error: z.ZodError): Issue[] =>
  error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({
          path: pathText([...issue.path, key]),
          message: 'Unknown field: remove it',
        }))
      : { path: pathText(issue.path), message: issue.message },
  )

/** Issues as one line: `items[0].price: Expected a number; total: …`. `whole` is the name of the input itself, if it has one. */
export const issuesToText = (issues: readonly Issue[], whole = ''): string =>
  issues
    .map(({ path, message }) => [path || whole, message].filter((part) => part !== '').join(': '))
    .join('; ')

/**
 * What an error says, for a log or a record; `unknown error` for what is thrown and is none. Errors of another realm
 * (Jest, `vm`) are errors too. Not for errors whose message may quote a payload: see `errorName`.
 */
export const errorText = (error: unknown): string => (isError(error) ? error.message : 'unknown error')

/** The kind of an error and its code, without its message, which may quote a payload: `TypeError`, `MongoError 11000`. */
export const errorName = (error: unknown): string => {
  if (!isError(error)) return 'not an Error'
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name
}

const isError = (error: unknown): error is Error => error instanceof Error || isNativeError(error)

const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`
    return text === '' ? String(key) : `${text}.${String(key)}`
  }, '')
