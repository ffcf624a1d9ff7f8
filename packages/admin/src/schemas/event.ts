import { z } from 'zod'
import { instant, name, paging, window } from './common.js'
import { delivery } from './delivery.js'

const event = z.object({
  id: z.string(),
  type: z.string(),
  siteId: z.string().nullable(),
  occurredAt: instant,
  acceptedAt: instant,
  body: z.string().describe('The envelope, byte for byte as it is sent'),
})

export const eventDetail = event.extend({
  deliveries: z.array(delivery).describe('What became of it, the newest 200'),
})

export const eventPage = z.object({ items: z.array(event), nextCursor: z.string().nullable() })

export const eventQuery = z.strictObject({
  type: name.optional(),
  siteId: name.optional(),
  ...window,
  ...paging,
})

export const eventTypes = z.array(
  z.object({
    type: z.string(),
    description: z.string(),
    schema: z.record(z.string(), z.unknown()).describe('JSON Schema of `data`'),
    example: z.unknown().optional(),
  }),
)

export const stats = z.object({
  pendingEvents: z.number(),
  pending: z.number(),
  due: z.number(),
  inFlight: z.number(),
  lanesHeld: z.number(),
  oldestDueAgeMs: z.number(),
  nextDueAt: instant.nullable(),
  delivered: z.number(),
  failed: z.number(),
  cancelled: z.number(),
  malformed: z
    .array(z.object({ noun: z.string(), id: z.string(), problem: z.string() }))
    .describe('Rows that cannot be read and are passed over'),
})
