import { randomBytes } from 'node:crypto'

/** One call of a verb, however often it is made. */
export interface CallName {
  /** Written into what the call changes, so that a repetition recognises its own work. */
  readonly id: string
  /** The same input was handed over before: its answer was lost. */
  readonly repeated: boolean
}

/**
 * Names calls by the identity of their input: `retryingStorage` hands the very same object over again when an answer was
 * lost. Whoever copies the input makes a new call of it, and is answered as anyone else.
 */
export const callNames = (): ((input: object) => CallName) => {
  const known = new WeakMap<object, string>()
  return (input) => {
    const before = known.get(input)
    if (before !== undefined) return { id: before, repeated: true }
    const id = randomBytes(9).toString('base64url')
    known.set(input, id)
    return { id, repeated: false }
  }
}
