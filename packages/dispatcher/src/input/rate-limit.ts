import { z } from 'zod'

/** A rate limit as options and subscriptions have it. */
export const rateLimitSchema = z.strictObject({
  limit: z.int().min(1).max(10_000),
  windowMs: z.int().min(1).max(86_400_000),
})
