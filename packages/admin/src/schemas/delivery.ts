import type { DeliveryReason } from '@swigs/webhooks-dispatcher'
import { z } from 'zod'
import { ERROR_CLASSES, instant, flag, instantIn, name, paging, window } from './common.js'

export const status = z.enum(['pending', 'delivered', 'failed', 'cancelled'])

export const reason = z.enum([
  'retries_exhausted',
  'rejected',
  'gone',
  'blocked_address',
  'test_failed',
  'cancelled',
  'subscription_removed',
  'subscription_off',
  'expired',
  'poison',
  'event_missing',
] as const satisfies readonly DeliveryReason[])

const attempt = z.object({
  number: z.number(),
  startedAt: instant,
  durationMs: z.number(),
  statusCode: z.number().nullable(),
  errorClass: z.enum(ERROR_CLASSES).nullable(),
  error: z.string().nullable(),
  responseBody: z
    .string()
    .nullable()
    .describe('What came back, 16 KiB at most, secrets of the request masked; null but in one delivery'),
  truncated: z.boolean(),
  retryAfterMs: z
    .number()
    .nullish()
    .describe('How long the receiver asked to be left alone, before any bound'),
  repeated: z
    .boolean()
    .optional()
    .describe('A kept connection was closed under the request, which was made once more on a fresh one'),
  responseHeaders: z
    .record(z.string(), z.string())
    .nullish()
    .describe(
      'Of an answer that was not 2xx; cookies and secrets of the request masked; nowhere but in one delivery',
    ),
  address: z.string().nullish().describe('Whom it was connected to, with the port'),
})

export const delivery = z.object({
  id: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  siteId: z.string().nullable(),
  subscriptionId: z.string(),
  status,
  reason: reason.nullable(),
  explanation: z.string().describe('How it stands, in words'),
  attemptCount: z.number(),
  isPaused: z.boolean().describe('It waits until its subscription is resumed'),
  nextAttemptAt: instant.nullable(),
  createdAt: instant,
  settledAt: instant.nullable(),
  attempts: z.array(attempt),
})

export const deliveryDetail = delivery.extend({
  request: z
    .object({
      method: z.literal('POST'),
      url: z.string().nullable(),
      headers: z.record(z.string(), z.string()).describe('Signatures and secret-like values are masked'),
      body: z.string().describe('Byte for byte what is sent'),
    })
    .nullable(),
})

export const deliveryPage = z.object({ items: z.array(delivery), nextCursor: z.string().nullable() })

const filters = {
  status: status.optional(),
  reason: reason.optional().describe('Why it was given up or cancelled'),
  type: name.optional().describe('Type of the event'),
  eventId: name.optional(),
  siteId: name.optional(),
  ...window,
  ...paging,
}

export const deliveriesOfSubscription = z.strictObject(filters)
export const allDeliveries = z.strictObject({ subscriptionId: name.optional(), ...filters })

export const recovery = z.strictObject({
  since: instantIn.describe('Failed at or after'),
  until: instantIn.describe('Failed before; default: now').optional(),
  siteId: name.describe('Of events of this site alone').optional(),
})

export const recoveryQuery = z.strictObject({
  dryRun: flag.describe('Only count'),
})

export const recovered = z.object({ count: z.number(), dryRun: z.boolean() })
