import { z } from 'zod'
import type { SubscriptionSecret } from '../core/subscription.js'
import { parseInput } from '../input/parse-input.js'

/** Earlier secrets that may sign beside the primary. */
export const MAX_PREVIOUS_SECRETS = 4

const DAY_MS = 86_400_000

const rotation = z.strictObject({
  overlapMs: z
    .number()
    .min(0)
    .max(7 * DAY_MS)
    .default(DAY_MS),
  actor: z.string().nullish(),
})

/** @throws InvalidOptionsError naming the field */
export const parseRotation = (options: unknown) => parseInput('subscriptions.rotateSecret', rotation, options)

/** The new primary, and the earlier ones that still sign beside it. */
export const rotated = (
  secrets: readonly SubscriptionSecret[],
  primary: string,
  now: number,
  overlapMs: number,
): SubscriptionSecret[] => {
  const until = Math.floor(now + overlapMs)
  const earlier = secrets
    .map(({ value, expiresAt }) => ({ value, expiresAt: expiresAt ?? until }))
    .filter(({ expiresAt }) => expiresAt > now)
    .slice(0, MAX_PREVIOUS_SECRETS)
  return [{ value: primary, expiresAt: null }, ...earlier]
}
