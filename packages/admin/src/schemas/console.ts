import { z } from 'zod'
import { name } from './common.js'
import { eventTypes } from './event.js'
import { tested } from './subscription.js'

export const meQuery = z.strictObject({
  subscriptionId: name.optional().describe('Asks for what may be done to this one'),
})

export const me = z.object({
  actor: z.string().nullable().describe('Who asks, as the app says'),
  siteIds: z.union([z.literal('all'), z.array(z.string())]).describe('Whose webhooks may be seen'),
  may: z.array(z.string()).describe('Routes that may be used, as `POST /:id/pause`'),
})

export const catalogue = z.object({
  isOpen: z.boolean().describe('There is none: any well-formed type may be sent, with any JSON'),
  types: eventTypes,
})

export const eventToSend = z.strictObject({
  type: name.describe('Of the catalogue, where there is one'),
  data: z.unknown().describe('As the schema of its type takes it'),
  siteId: name
    .nullable()
    .describe('The site it happens on; none: it goes to every subscriber of its type')
    .optional(),
  subscriptionId: name.describe('Sent once, now, to this one alone; none: to all that subscribe').optional(),
})

export const sent = z.object({
  eventId: z.string().nullable().describe('null when the app accepts no events'),
  test: z
    .object({ delivered: z.boolean(), error: z.string().nullable(), ...tested })
    .nullable()
    .describe('What came of it at the one that it was sent to'),
})
