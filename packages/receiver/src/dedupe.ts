import { errorName } from '@swigs/webhooks-protocol'
import { LATE, within } from './deadline.js'
import type { SafeLogger } from './logger.js'

/** What is known of an id: never seen, being handled right now, handled; or there is no room for another claim. */
export type Claim = 'new' | 'in_progress' | 'done' | 'busy'

/** How an id is claimed. */
export interface ClaimTerms {
  /** Whose claim it is: a late handler's `release` must not end the claim that came after its own. */
  readonly token: string
  /** How long the claim holds, ms; then it is as if it had been released: its process may have died. */
  readonly claimMs: number
}

/** Remembers which events were handled. Three verbs, so that a database can stand behind it. */
export interface Dedupe {
  /** Answers what is known of the id, and marks a new one, or one whose claim has lapsed, as claimed: atomically. */
  claim(id: string, terms: ClaimTerms): Promise<Claim> | Claim
  /** It was handled, whoever has the claim by now. */
  complete(id: string, token: string): Promise<void> | void
  /** It was not: the next claim is new again, if this one is still the token's. */
  release(id: string, token: string): Promise<void> | void
}

/** A dedupe whose failures and hangs are told to the log, and to nobody else. */
export interface BoundedDedupe {
  /** `failed`: it is not known whether the id is new. */
  claim(id: string, terms: ClaimTerms): Promise<Claim | 'failed'>
  complete(id: string, token: string): Promise<void>
  release(id: string, token: string): Promise<void>
}

/** Gives each call `timeoutMs`. */
export const boundedDedupe = (dedupe: Dedupe, timeoutMs: number, logger: SafeLogger): BoundedDedupe => {
  const bounded = async <T>(verb: keyof Dedupe, id: string, call: () => T | Promise<T>) => {
    try {
      const given = await within(timeoutMs, call)
      if (given !== LATE) return given
      logger.error({ id, verb, timeoutMs }, 'The dedupe store did not answer')
    } catch (error) {
      logger.error({ id, verb, err: errorName(error) }, 'The dedupe store failed')
    }
    return 'failed'
  }
  const release = async (id: string, token: string) =>
    void (await bounded('release', id, () => dedupe.release(id, token)))
  return {
    release,
    complete: async (id, token) => void (await bounded('complete', id, () => dedupe.complete(id, token))),
    claim: async (id, terms) => {
      let isOver = false
      const claimed = await bounded('claim', id, async () => {
        const claim = await dedupe.claim(id, terms)
        // Nobody will handle it under this claim any more.
        if (isOver && claim === 'new') await release(id, terms.token)
        return claim
      })
      isOver = true
      return claimed
    },
  }
}
