import { z } from 'zod'
import { ERROR_CLASSES, instant, instantIn } from './common.js'

export const metricsQuery = z.strictObject({
  since: instantIn
    .optional()
    .describe(
      'From the step that it lies in; default: an hour before until, by the hour two days, by the day 30 days',
    ),
  until: instantIn.optional().describe('To the step that it lies in; default: now'),
  step: z
    .enum(['minute', 'hour', 'day'])
    .default('minute')
    .describe(
      'How long a point is, in UTC; at most 1,500 points. Minutes are kept for 48 hours, the rest for 30 days',
    ),
})

const point = z.object({
  at: instant.describe('Its start'),
  attempts: z.number(),
  delivered: z.number().describe('Answered 2xx'),
  failed: z.number(),
  failedBy: z
    .object(
      Object.fromEntries(ERROR_CLASSES.map((name) => [name, z.number()])) as Record<
        (typeof ERROR_CLASSES)[number],
        z.ZodNumber
      >,
    )
    .describe('The failed ones by class'),
  latency: z
    .array(z.number())
    .length(12)
    .describe(
      'Attempts by duration: at most 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000 ms, and longer',
    ),
})

export const metrics = z.object({
  since: instant.describe('The start of the first point'),
  until: instant.describe('The end of the last one'),
  step: z.enum(['minute', 'hour', 'day']),
  points: z.array(point).describe('One for every step, oldest first, also where nothing was sent'),
})
