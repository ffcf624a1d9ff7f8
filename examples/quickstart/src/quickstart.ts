import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { swigsEvents } from '@swigs/webhooks-protocol'
import { createReceiver } from '@swigs/webhooks-receiver'
import { expressReceiver } from '@swigs/webhooks-receiver/express'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import express from 'express'

const webhooks = createDispatcher({
  storage: sqliteStorage({ file: 'quickstart.db' }),
  events: swigsEvents,
  network: { allowHttp: true, allow: ['127.0.0.0/8'] }, // loopback, for this example alone
})

// The other app: one line verifies.
const secret = 'a-secret-that-both-sides-know-0123456789'
const receiver = createReceiver({
  secret,
  events: swigsEvents,
  on: { 'order.created': ({ data }) => console.log(`received order ${data.orderNumber}, verified`) },
})
const app = express().post('/hooks/shop', expressReceiver(receiver))
const server = app.listen(4100, '127.0.0.1')

const { id } = await webhooks.subscriptions.create({
  appName: 'quickstart',
  url: 'http://127.0.0.1:4100/hooks/shop',
  events: ['order.*'],
  appSecret: secret,
})
await webhooks.dispatch('order.created', {
  orderId: '1',
  orderNumber: 'ORD-1001',
  customer: { email: 'ada@example.com' },
  items: [],
  total: 25,
  status: 'pending',
})
console.log(await webhooks.drain())

await webhooks.subscriptions.remove(id)
await webhooks.stop()
server.close()
