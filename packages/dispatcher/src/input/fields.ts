import { z } from 'zod'
import { MAX_PAGE } from '../api/page.js'
import { DELIVERY_REASONS } from '../core/delivery.js'

const instant = z
  .union([z.date(), z.number(), z.iso.datetime({ offset: true })])
  .transform((value) => new Date(value).getTime())

/** An instant as callers write it (Date, epoch ms or ISO 8601) in epoch ms. */
export const instantSchema = instant.refine((ms) => Math.abs(ms) <= 8.64e15, 'Not an instant')

export const pagingSchema = {
  limit: z.int().min(1).max(MAX_PAGE).default(50),
  cursor: z.string().nullish(),
}

export const windowSchema = { since: instantSchema.optional(), until: instantSchema.optional() }

/** A span of time, ms. */
const spanMs = z.number().min(0)

export const drainSchema = z.strictObject({ maxMs: spanMs.default(60_000) }).prefault({})
export const stopSchema = z.strictObject({ graceMs: spanMs.optional() }).prefault({})
export const meterSchema = z.strictObject({ bySubscription: z.boolean().default(false) }).prefault({})

/** Fields of whatever finds deliveries. */
export const deliveryFilterSchema = {
  ...windowSchema,
  subscriptionId: z.string().optional(),
  eventId: z.string().optional(),
  status: z.enum(['pending', 'delivered', 'failed', 'cancelled']).optional(),
  reason: z.enum(DELIVERY_REASONS).optional(),
  type: z.string().optional(),
  siteId: z.string().optional(),
}
