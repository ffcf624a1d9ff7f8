import type { DeliveryView, SubscriptionView } from '@swigs/webhooks-dispatcher'
import type { EventCatalogue } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import { explainDelivery } from '../explain-delivery.js'

/** With `_id`, as SWIGS' own routes had it. */
export const subscriptionOut = (view: SubscriptionView) => ({ _id: view.id, ...view })

export const deliveryOut = <D extends DeliveryView>(view: D) => ({
  ...view,
  explanation: explainDelivery(view),
})

/** The types of a catalogue, with what its schemas say as JSON Schema. */
export const listTypes = (catalogue: EventCatalogue = {}) =>
  Object.entries(catalogue).map(([type, { description, schema, example }]) => ({
    type,
    description,
    schema: z.toJSONSchema(schema, { unrepresentable: 'any' }) as Record<string, unknown>,
    example,
  }))
