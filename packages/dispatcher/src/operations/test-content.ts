import { InvalidOptionsError, type EventCatalogue } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import type { TestInput } from '../api/subscriptions.js'
import type { TestContent } from '../flow/send-test.js'
import { parseInput } from '../input/parse-input.js'
import { siteIdSchema } from '../input/site-id.js'
import { validateEvent } from '../input/validate-event.js'

const schema = z.strictObject({
  type: z.string().optional(),
  data: z.unknown().optional(),
  siteId: siteIdSchema.nullish().transform((siteId) => siteId ?? null),
  actor: z.string().nullish(),
})

/**
 * What a test sends: the type that was asked for, or the `test` event with the time in it.
 * @throws InvalidOptionsError; InvalidEventError with the path of each problem.
 */
export const testContent = (catalogue: EventCatalogue | undefined, input: TestInput): TestContent => {
  const { type, data, siteId } = parseInput('subscriptions.test', schema, input)
  if (type !== undefined) {
    const valid = validateEvent(catalogue, type, data)
    return { type, siteId, dataAt: () => valid }
  }
  if (data !== undefined)
    throw new InvalidOptionsError('subscriptions.test: type: Expected the type of the data that is given')
  const example = (catalogue?.['test']?.example ?? {}) as object
  return { type: 'test', siteId, dataAt: (timestamp) => ({ message: 'Test webhook', ...example, timestamp }) }
}
