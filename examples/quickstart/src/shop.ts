/** The demo's shop: a process that dispatches orders and delivers. It can be killed at any moment. */
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { swigsEvents } from '@swigs/webhooks-protocol'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import { demoOptions } from './settings.js'

/** What the shop tells the demo. */
export type ShopReport =
  | { readonly ready: true }
  | { readonly accepted: string }
  | { readonly event: 'delivered' | 'retrying' | 'held'; readonly deliveryId?: string }

const tell = (report: ShopReport) => process.send?.(report)
const webhooks = createDispatcher({
  ...demoOptions,
  storage: sqliteStorage({ file: process.env['DEMO_FILE'] ?? 'demo.db' }),
  events: swigsEvents,
  observer: (event) => {
    if (event.name === 'delivery.delivered') tell({ event: 'delivered', deliveryId: event.deliveryId })
    if (event.name === 'delivery.retrying') tell({ event: 'retrying' })
    if (event.name === 'lane.held' && event.reason === 'rate_limit') tell({ event: 'held' })
  },
})
await webhooks.start()

process.on('message', (order: { orderNumber: string } | { stop: true }) => {
  if ('stop' in order) return void webhooks.stop().then(() => process.exit(0))
  const { orderNumber } = order
  void webhooks
    .dispatch('order.created', {
      orderId: `id-${orderNumber}`,
      orderNumber,
      customer: { email: 'ada@example.com', firstName: 'Ada' },
      items: [{ sku: 'MUG', quantity: 1, price: 12.5 }],
      total: 12.5,
      status: 'pending',
    })
    .then(() => tell({ accepted: orderNumber }))
})
process.on('disconnect', () => process.exit())
tell({ ready: true })
