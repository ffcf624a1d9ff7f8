import { errors } from 'undici'
import type { Reply } from '../core/reply.js'
import { classifyFailure, noAnswer } from './no-answer.js'
import { NoTunnel, Refused, Unresolved } from './undici-connector.js'

/** What it means that a request of undici's failed, through causes and aggregates. */
export const undiciFailure = (error: unknown): Reply => {
  const known = ownErrorIn(error, 0)
  if (known instanceof Refused) return { kind: 'refused', error: known.message }
  if (known instanceof Unresolved) return noAnswer('dns', known.message)
  if (known instanceof NoTunnel) return noAnswer('connect', known.message)
  // Closing the transport under a request is this process's doing, not the receiver's.
  return known ? { kind: 'aborted' } : classifyFailure(error)
}

const OWN = [Refused, Unresolved, NoTunnel, errors.ClientDestroyedError]

const ownErrorIn = (error: unknown, depth: number): Error | null => {
  if (!(error instanceof Error) || depth > 4) return null
  if (OWN.some((own) => error instanceof own)) return error
  return ownErrorIn(error.cause, depth + 1)
}
