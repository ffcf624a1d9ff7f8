import { z } from 'zod'
import { customer, withoutCredentials } from './customer.js'
import { defineEvents } from './define-events.js'
import { asIssue, id, instant } from './json.js'

const text = z.string().min(1)
const siteId = id.nullish()

/** What the app keeps of an item or a shipment, whatever its fields; credentials and customers are cleaned. */
const open = z
  .custom<object>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'Expected an object',
  )
  .transform(asIssue((value: object) => withoutCredentials(value) as Record<string, unknown>))
  .meta({ type: 'object', additionalProperties: true })

const order = { orderId: id, orderNumber: text, siteId }
const items = z.array(open)
const total = z.number().nonnegative()

const ids = {
  order: '65a000000000000000000001',
  customer: '65a000000000000000000002',
  site: '65a000000000000000000003',
}
const orderExample = { orderId: ids.order, orderNumber: 'ORD-1001', siteId: ids.site }
const customerExample = {
  _id: ids.customer,
  email: 'ada@example.com',
  firstName: 'Ada',
  lastName: 'Lovelace',
}
const itemsExample = [{ sku: 'MUG-1', name: 'Mug', quantity: 2, price: 12.5 }]

/** The events of SWIGS: six of orders and customers, and `test`. */
export const swigsEvents = defineEvents({
  'order.created': {
    description: 'A new order was created.',
    schema: z.object({ ...order, customer, items, total, status: text }),
    example: {
      ...orderExample,
      customer: customerExample,
      items: itemsExample,
      total: 25,
      status: 'pending',
    },
  },
  'order.paid': {
    description: 'The payment of an order was confirmed.',
    schema: z.object({
      ...order,
      customer,
      items,
      total,
      payment: z.object({ method: text.nullish(), transactionId: text.nullish(), paidAt: instant.nullish() }),
    }),
    example: {
      ...orderExample,
      customer: customerExample,
      items: itemsExample,
      total: 25,
      payment: { method: 'card', transactionId: 'pi_1', paidAt: '2026-02-01T10:00:00.000Z' },
    },
  },
  'order.status_changed': {
    description: "An order's status was updated.",
    schema: z.object({
      ...order,
      oldStatus: text,
      newStatus: text,
      trackingNumber: z.string().nullish(),
      trackingUrl: z.string().nullish(),
    }),
    example: { ...orderExample, oldStatus: 'pending', newStatus: 'processing' },
  },
  'order.shipped': {
    description: 'An order was shipped.',
    schema: z.object({ ...order, customer, shipping: open }),
    example: {
      ...orderExample,
      customer: customerExample,
      shipping: { trackingNumber: 'TRK1', trackingUrl: 'https://track.example.com/TRK1' },
    },
  },
  'customer.created': {
    description: 'A new customer signed up.',
    schema: z.object({
      customerId: id,
      email: text,
      firstName: z.string().nullish(),
      lastName: z.string().nullish(),
      siteId,
    }),
    example: {
      customerId: ids.customer,
      email: 'ada@example.com',
      firstName: 'Ada',
      lastName: 'Lovelace',
      siteId: ids.site,
    },
  },
  'customer.updated': {
    description: "A customer's profile was changed.",
    schema: z.object({ customerId: id, email: text, changedFields: z.array(z.string()), siteId }),
    example: {
      customerId: ids.customer,
      email: 'ada@example.com',
      changedFields: ['firstName'],
      siteId: ids.site,
    },
  },
  test: {
    description: 'Sent by the test button, to one subscription.',
    schema: z.object({ message: text, timestamp: instant }),
    example: { message: 'Test webhook from SWIGS CMS', timestamp: '2026-02-01T10:00:00.000Z' },
  },
})

/** The type of `swigsEvents`. */
export type SwigsEvents = typeof swigsEvents
