import { z } from 'zod'
import { instantIn, name } from './common.js'
import { reason, status } from './delivery.js'

const window = {
  since: instantIn.describe('At or after').optional(),
  until: instantIn.describe('Before').optional(),
}

const filter = {
  subscriptionId: name.optional(),
  eventId: name.optional(),
  status: status.optional(),
  reason: reason.optional().describe('Why it was given up or cancelled'),
  type: name.describe('Type of the event').optional(),
  siteId: name.optional(),
  ...window,
}

const dryRun = z.boolean().describe('Only count').optional()

export const deliveryFilter = z.strictObject(filter)
export const bulkChange = z
  .strictObject({ ...filter, dryRun })
  .describe('At least one of the filters; those together restrict')

export const deliveryCount = z.object({
  count: z.number(),
  atLeast: z.boolean().describe('Not everything was looked at: there may be more'),
})

export const manyPauses = z
  .strictObject({
    ids: z.array(name).max(1_000).optional(),
    appName: name.optional(),
    siteId: name.describe('Those that name this site').optional(),
    keep: z.boolean().describe('false: off; what is pending is cancelled, and nothing is kept').optional(),
    dryRun,
  })
  .describe('At least one of ids, appName and siteId; those together restrict')

export const paused = z.object({ count: z.number() })
