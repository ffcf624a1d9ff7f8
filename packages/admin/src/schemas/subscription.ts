import { z } from 'zod'
import { instant, name } from './common.js'

const rateLimit = z
  .union([
    z.strictObject({ limit: z.int().min(1).max(10_000), windowMs: z.int().min(1).max(86_400_000) }),
    z.literal(false),
    z.null(),
  ])
  .describe("At most `limit` requests in any `windowMs`; false: no limit; null: the dispatcher's")

const fields = {
  appName: z.string().trim().min(1).max(128).describe('The app that subscribes'),
  url: z.string().min(1).max(2_048).describe('Where to POST'),
  events: z
    .array(z.string().min(1).max(128))
    .min(1)
    .max(200)
    .describe('Types of the catalogue, `order.*` or `*`'),
  appSecret: z
    .string()
    .max(512)
    .describe('24 to 256 bytes of key material; made when it is left out')
    .optional(),
  filters: z
    .strictObject({ siteIds: z.array(name).max(1_000).optional() })
    .describe('No or empty siteIds: all sites')
    .optional(),
  isActive: z.boolean().describe('false: off, nothing is kept for it').optional(),
  description: z.string().max(1_000).nullable().optional(),
  headers: z.record(z.string(), z.string().max(4_096)).describe('Sent with every request').optional(),
  rateLimit: rateLimit.optional(),
}

export const newSubscription = z.strictObject(fields)
export const subscriptionChanges = newSubscription.partial()

/** The fields that SWIGS' own routes had, `_id` included, and ours. */
export const subscription = z.object({
  _id: z.string(),
  id: z.string(),
  appName: z.string(),
  appSecret: z.string().describe('Masked, but when it was just made or set'),
  url: z.string(),
  events: z.array(z.string()),
  filters: z.object({ siteIds: z.array(z.string()) }),
  isActive: z.boolean(),
  inactiveReason: z
    .enum(['paused', 'gone', 'failing'])
    .nullable()
    .describe('Why it is off: somebody, a 410, or failures for too long'),
  state: z
    .enum(['active', 'paused', 'off'])
    .describe('active: sends; paused: keeps what happens until it is resumed; off: keeps nothing'),
  pausedAt: instant.nullable().describe('Since when it is paused'),
  pausedBy: z.string().nullable().describe('Who paused it, where that is known'),
  description: z.string().nullable(),
  headers: z.record(z.string(), z.string()).describe('Secret-like values are masked'),
  rateLimit,
  stats: z.object({
    totalSent: z.number(),
    totalFailed: z.number(),
    lastSentAt: instant.nullable(),
    lastError: z.string().nullable(),
  }),
  health: z.object({
    failingSince: instant.nullable().describe('Since when every attempt has failed'),
    warnedAt: instant.nullable().describe('When it was told that it is failing'),
  }),
  previousSecretsExpireAt: z.array(instant),
  createdAt: instant,
  updatedAt: instant,
})

/** What came of an event that was sent by hand. */
export const tested = {
  eventId: z.string(),
  deliveryId: z.string(),
  statusCode: z.number().nullable(),
  durationMs: z.number().nullable(),
  responseBody: z.string().nullable(),
}

export const testSent = z.object({ success: z.literal(true), message: z.string(), ...tested })
export const testFailed = z.object({ success: z.literal(false), error: z.string(), ...tested })

/** A day by default, a week at most. */
export const rotation = z.strictObject({
  overlapMs: z
    .int()
    .min(0)
    .max(7 * 86_400_000)
    .describe('How long the old secret signs beside the new one, ms; default a day')
    .optional(),
})

/** Keeps what happens, unless told. */
export const pause = z.strictObject({
  keep: z.boolean().describe('false: off; what is pending is cancelled, and nothing is kept').optional(),
})
