import { StorageUnavailableError } from '@swigs/webhooks-protocol'

type Verb = (...args: never[]) => Promise<unknown>

/**
 * Bounds how long anyone waits for a verb. The driver waits `serverSelectionTimeoutMS` (30 s unless the app says otherwise)
 * for a server to come back, and has no bound of its own for one call. What was given up may still be done: as after any
 * lost answer, the call can be repeated. A call in the caller's session is not bounded: one session takes one operation at a
 * time, and whoever goes on while one is under way breaks the transaction.
 */
export const boundWaiting = <G extends object>(group: string, methods: G, waitMs: number): G =>
  Object.fromEntries(
    Object.entries(methods).map(([verb, method]) => [
      verb,
      (...args: never[]) => {
        const call = (method as Verb)(...args)
        return holdsSession(args[0]) ? call : bounded(`${group}.${verb}`, call, waitMs)
      },
    ]),
  ) as G

const holdsSession = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'session' in input && input.session !== undefined

const bounded = async <T>(operation: string, call: Promise<T>, waitMs: number): Promise<T> => {
  const answer = await within(call, waitMs)
  if (answer !== LATE) return answer
  throw new StorageUnavailableError(
    `MongoDB did not answer ${operation} within ${waitMs} ms (operationTimeoutMs); whether it was done is not known. ` +
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
