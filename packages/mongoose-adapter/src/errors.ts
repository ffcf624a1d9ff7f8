import {
  ConflictError,
  isWebhooksError,
  SessionUnsupportedError,
  StorageUnavailableError,
  WebhooksError,
} from '@swigs/webhooks-protocol'

/**
 * Server codes for "not now": shutting down, stepping down, interrupted, no primary, write conflict, a cursor that went with
 * its server, a chunk that moved. Those that the driver itself repeats or resumes over, and what surrounds them.
 */
const TRANSIENT_CODES = new Set([
  6, 7, 43, 50, 63, 64, 79, 89, 91, 100, 112, 133, 134, 150, 175, 189, 234, 237, 262, 9001, 10058, 10107,
  11600, 11602, 13388, 13435, 13436,
])

/** What servers and drivers write on errors over which a call is made again; newer ones have codes that are not above. */
const TRANSIENT_LABELS = new Set([
  'RetryableWriteError',
  'TransientTransactionError',
  'ResumableChangeStreamError',
  'SystemOverloadedError',
])

const DUPLICATE = 11000

/** Server codes for "this document cannot be changed so": its fields are of other types, or a rule of the app's own forbids it. */
const DOCUMENT_CODES = new Set([2, 9, 14, 28, 40, 121, 10334, 16837, 17280])

const NETWORK =
  /^Mongo(ose)?(Network|ServerSelection|Pool|WaitQueue|NotConnected|TopologyClosed|WriteConcern|ExpiredSession|ClientClosed|ServerClosed|OperationTimeout)|^MongooseError$/
const BROKEN =
  /ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|connection \S+ to .* (closed|timed out)|socket|buffering timed out|not connected|client (must be|was) /i

/** The parts that drivers of all versions put on what they throw. */
interface DriverError {
  readonly name?: string
  readonly message?: string
  readonly stack?: string
  readonly code?: unknown
  readonly codeName?: unknown
  readonly errorLabels?: readonly string[]
  readonly writeErrors?: WriteError | readonly WriteError[]
  readonly result?: { getWriteConcernError?(): unknown }
}

interface WriteError {
  readonly index: number
  readonly code: number
}

const codeOf = (error: unknown): unknown => (error as DriverError | null)?.code

/** Whether an insert met an id, or a value of another unique index, that is there already. */
export const isDuplicate = (error: unknown): boolean => codeOf(error) === DUPLICATE

/** Whether trying again is all there is to do. A dying server's errors come without code or label. */
export const isUnavailable = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false
  const { name = '', message = '', code, errorLabels = [], writeErrors = [] } = error as DriverError
  if (NETWORK.test(name) || errorLabels.some((label) => TRANSIENT_LABELS.has(label))) return true
  const refused = [writeErrors].flat()
  // A batch that never reached a server: whatever stopped it, neither code nor refused document says so.
  if (name === 'MongoBulkWriteError' && code === undefined && refused.length === 0) return true
  // Behind a duplicate that comes first may stand a shard that has no primary.
  if (refused.some((one) => TRANSIENT_CODES.has(one.code))) return true
  return typeof code === 'number' ? TRANSIENT_CODES.has(code) : BROKEN.test(message)
}

/** Whether a document, and not the call, is what a server refused. */
export const isRefusedDocument = (error: unknown): boolean => {
  if (isUnavailable(error)) return false
  const { code, writeErrors = [] } = (error ?? {}) as DriverError
  const codes = [code, ...[writeErrors].flat().map((one) => one.code)]
  return codes.some((one) => typeof one === 'number' && DOCUMENT_CODES.has(one))
}

/** A duplicate names the value: under an index of the app's own it may be anything. */
const DUPLICATE_VALUE = /dup key: \{.*\}/gs

/** What the driver threw, without the documents that it carries along: causes get logged. */
const withoutDocuments = (error: unknown): unknown => {
  if (!(error instanceof Error)) return undefined
  const { name, message, stack, code, codeName } = error as DriverError & Error
  const without = (text = '') => text.replace(DUPLICATE_VALUE, 'dup key')
  return Object.assign(new Error(without(message)), { name, stack: without(stack), code, codeName })
}

/** Runs a call. What says "not now" becomes `StorageUnavailableError`, a refusal `STORAGE_FAILED`. */
export const guarded = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (isWebhooksError(error)) throw error
    const cause = withoutDocuments(error)
    if (isUnavailable(error))
      throw new StorageUnavailableError(
        `MongoDB cannot be reached or has no primary just now (${operation}); the call can be repeated.`,
        { cause },
      )
    const { name = 'unknown error', code, codeName } = error as DriverError
    throw new WebhooksError(
      'STORAGE_FAILED',
      `MongoDB refused ${operation}: ${String(codeName ?? code ?? name)}. Its own words are in the cause.`,
      { cause },
    )
  }
}

/**
 * Runs a call inside the caller's transaction. An error that asks for the whole transaction again is thrown as the driver
 * made it: `withTransaction` knows it by its class and label, and would not repeat the callback for any other.
 */
export const inSession = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    const { name, message = '', errorLabels } = error as DriverError
    if (errorLabels?.includes('TransientTransactionError')) throw error
    const cause = withoutDocuments(error)
    if (isDuplicate(error))
      throw new ConflictError(
        'An event with this idempotencyKey was accepted before, and MongoDB has given the transaction up over it. ' +
          'Look for what the key stands for first, or dispatch with the key after the commit.',
        { cause },
      )
    if (name === 'MongoExpiredSessionError' || /same MongoClient/.test(message))
      throw new SessionUnsupportedError(
        'session has ended, or comes from another connection. Start it on the connection that mongooseStorage was given.',
        { cause },
      )
    return guarded(operation, () => Promise.reject(error))
  }
}

/** The indexes of the documents that a bulk insert found already there; anything else is thrown. */
export const duplicatesOf = (error: unknown): Set<number> => {
  const { writeErrors, result } = error as DriverError
  const all = writeErrors === undefined ? [] : [writeErrors].flat()
  if (all.length === 0 || all.some(({ code }) => code !== DUPLICATE)) throw error
  // Behind duplicates hides that the rest is on no majority yet: the call has to be made again.
  if (result?.getWriteConcernError?.())
    throw new StorageUnavailableError(
      'MongoDB has not confirmed the write on a majority of its servers; the call can be repeated.',
    )
  return new Set(all.map(({ index }) => index))
}
