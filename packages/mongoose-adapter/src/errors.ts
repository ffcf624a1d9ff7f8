import { isWebhooksError, StorageUnavailableError } from '@swigs/webhooks-protocol'

/** Server codes for "not now": shutting down, stepping down, interrupted, no primary, write conflict. */
const TRANSIENT_CODES = new Set([
  6, 7, 50, 64, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436,
])

const NETWORK =
  /Mongo(Network|ServerSelection|PoolCleared|PoolClosed|NotConnected|TopologyClosed|WriteConcern|Expired)|MongooseError/
const BROKEN =
  /ECONNRESET|ECONNREFUSED|EPIPE|ETIMEDOUT|connection \d+ to .* (closed|timed out)|socket|buffering timed out|not connected|client (must be|was) /i

/** Whether trying again is all there is to do. A dying server's errors come without code or label. */
export const isUnavailable = (error: unknown): boolean => {
  if (typeof error !== 'object' || error === null) return false
  const { name = '', message = '', code } = error as { name?: string; message?: string; code?: unknown }
  if (typeof code === 'number' && TRANSIENT_CODES.has(code)) return true
  return NETWORK.test(name) || BROKEN.test(message)
}

/** Runs a call; what says "not now" becomes `StorageUnavailableError`. */
export const guarded = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
  try {
    return await call()
  } catch (error) {
    if (isWebhooksError(error) || !isUnavailable(error)) throw error
    throw new StorageUnavailableError(
      `MongoDB cannot be reached or has no primary just now (${operation}); the call can be repeated.`,
      { cause: error },
    )
  }
}

/** The indexes of the documents that a bulk insert found already there; anything else is thrown. */
export const duplicatesOf = (error: unknown): Set<number> => {
  const { writeErrors } = error as {
    writeErrors?: { index: number; code: number }[] | { index: number; code: number }
  }
  const all = Array.isArray(writeErrors) ? writeErrors : writeErrors ? [writeErrors] : []
  if (all.length === 0 || all.some(({ code }) => code !== 11000)) throw error
  return new Set(all.map(({ index }) => index))
}
