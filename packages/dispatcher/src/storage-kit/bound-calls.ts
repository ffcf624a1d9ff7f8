import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import { holdsSession } from './holds-session.js'

type Verb = (...args: never[]) => Promise<unknown>

/**
 * Bounds how long anyone waits for a verb: after `waitMs` it rejects with `StorageUnavailableError`. What was given up may
 * still be done: as after any lost answer, the call can be repeated. A call in the caller's session is not bounded: one
 * session takes one operation at a time, and whoever goes on while one is under way breaks the transaction.
 * @param server for the message: `MongoDB`, `PostgreSQL`
 */
export const boundCalls = <G extends object>(server: string, group: string, methods: G, waitMs: number): G =>
  Object.fromEntries(
    Object.entries(methods).map(([verb, method]) => [
      verb,
      (...args: never[]) => {
        const call = (method as Verb)(...args)
        return holdsSession(args[0]) ? call : bounded(server, `${group}.${verb}`, call, waitMs)
      },
    ]),
  ) as G

const bounded = async <T>(
  server: string,
  operation: string,
  call: Promise<T>,
  waitMs: number,
): Promise<T> => {
  const answer = await within(call, waitMs)
  if (answer !== LATE) return answer
  throw new StorageUnavailableError(
    `${server} did not answer ${operation} within ${waitMs} ms (operationTimeoutMs); whether it was done is not known. ` +
      'The call can be repeated.',
  )
}

/** Nothing came in time. */
export const LATE = Symbol('late')

/** Waits for a call, but not for ever; the call goes on. */
export const within = async <T>(call: Promise<T>, waitMs: number): Promise<T | typeof LATE> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(resolve, waitMs, LATE)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
