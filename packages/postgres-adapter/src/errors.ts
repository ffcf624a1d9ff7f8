import { isWebhooksError, StorageUnavailableError, WebhooksError } from '@swigs/webhooks-protocol'

/**
 * Classes and codes (https://www.postgresql.org/docs/current/errcodes-appendix.html) for "not now": connection exceptions,
 * transactions to be repeated, insufficient resources, an operator's intervention, I/O, a standby that is read-only.
 */
const TRANSIENT = /^(08|40|53|57|58)|^(25006|25P03|25P04|55P03|55006)$/

/** What Node, `pg` and `postgres` say of a connection that broke, or could not be made. */
const BROKEN_CODES =
  /^(E(CONN\w+|PIPE|TIMEDOUT|HOST\w+|NET\w+|NOTFOUND|AI_AGAIN)|CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT)$/
const BROKEN =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|not queryable|timeout expired|Connection ended/i

const codeOf = (error: unknown): string | undefined => {
  const code: unknown = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** Whether trying again is all there is to do. */
export const isUnavailable = (error: unknown): boolean => {
  if (isWebhooksError(error)) return error instanceof StorageUnavailableError
  const code = codeOf(error)
  if (code !== undefined) return /^[0-9A-Z]{5}$/.test(code) ? TRANSIENT.test(code) : BROKEN_CODES.test(code)
  return error instanceof Error && BROKEN.test(error.message)
}

/** Data exceptions and violated constraints name the value: it may be payload. */
const NAMES_VALUES = /^2[23]/

/** What the driver threw, without statement, parameters, and values: causes get logged. */
const withoutValues = (error: unknown): unknown => {
  if (!(error instanceof Error)) return undefined
  const code = codeOf(error)
  const message = code !== undefined && NAMES_VALUES.test(code) ? `PostgreSQL error ${code}` : error.message
  return Object.assign(new Error(message), { name: error.name, code })
}

/** Runs a call. What says "not now" becomes `StorageUnavailableError`, a refusal `STORAGE_FAILED`. */
export const guarded = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (isWebhooksError(error)) throw error
    const cause = withoutValues(error)
    if (isUnavailable(error))
      throw new StorageUnavailableError(
        `PostgreSQL cannot be reached or takes no writes just now (${operation}${codeOf(error) === undefined ? '' : `, ${codeOf(error)}`}); the call can be repeated.`,
        { cause },
      )
    throw new WebhooksError(
      'STORAGE_FAILED',
      `PostgreSQL refused ${operation}: ${codeOf(error) ?? 'an error without a code'}. Its own words are in the cause.`,
      { cause },
    )
  }
}

/**
 * Runs a call inside the caller's transaction. An error that asks for the whole transaction again (class 40) is thrown as the
 * driver made it: whoever repeats transactions knows it by its code.
 */
export const inSession = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (/^40/.test(codeOf(error) ?? '')) throw error
    return guarded('append in a session', () => Promise.reject(error))
  }
}
