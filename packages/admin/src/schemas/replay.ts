import { z } from 'zod'
import { instant, instantIn, name } from './common.js'

const which = z
  .enum(['failed', 'missing', 'all'])
  .describe(
    'failed: what failed; missing: what matches now and has no delivery; all: everything that matches now',
  )

const scope = {
  subscriptionId: name.optional(),
  type: name.describe('Type of the events').optional(),
  siteId: name.optional(),
}

const dryRun = z.boolean().describe('Only count').optional()

export const newReplay = z.strictObject({
  ...scope,
  since: instantIn.describe('Happened at or after'),
  until: instantIn.describe('Happened before; default: now').optional(),
  which,
  dryRun,
})

const atLeast = z.boolean().describe('Not everything was looked at: there may be more')

export const replayBegun = z.object({
  id: z.string().nullable().describe('null after a dry run'),
  count: z.number().describe('Deliveries that go out, or would'),
  atLeast,
})

export const replay = z.object({
  id: z.string(),
  state: z.enum(['running', 'done', 'cancelled']),
  which,
  subscriptionId: z.string().nullable(),
  type: z.string().nullable(),
  siteId: z.string().nullable(),
  since: instant,
  until: instant,
  total: z.number().describe('Deliveries to send, as counted at the beginning'),
  atLeast,
  done: z.number().describe('Deliveries that it has dealt with so far'),
  sent: z.number().describe('Of those, how many go out again'),
  createdAt: instant,
  finishedAt: instant.nullable(),
})

export const replayPage = z.object({ items: z.array(replay), nextCursor: z.string().nullable() })
