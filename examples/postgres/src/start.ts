/** The shop beside an app that reacts to its orders, on a PostgreSQL of its own: one order is kept, one is not. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { swigsEvents } from '@swigs/webhooks-protocol'
import { createReceiver } from '@swigs/webhooks-receiver'
import { expressReceiver } from '@swigs/webhooks-receiver/express'
import express from 'express'
import pg from 'pg'
import { startPostgres } from '../../../tools/postgres-server/start-postgres.js'
import { createShop, createTables } from './shop.js'

const listening = async (app: express.Express) => {
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const postgres = await startPostgres()
console.log(`PostgreSQL: ${postgres.kind}`)
const pool = new pg.Pool({ connectionString: postgres.uri })
await createTables(pool, 3)
const { app, webhooks } = createShop(pool, postgres.uri)
const shop = await listening(app)

const secret = 'a-secret-that-both-sides-know-0123456789'
let resolve = (): void => undefined
const received = new Promise<void>((told) => (resolve = told))
const receiver = createReceiver({
  secret,
  events: swigsEvents,
  on: {
    'order.created': ({ data }) => {
      console.log(`received ${data.orderNumber}, verified`)
      resolve()
    },
  },
})
const other = await listening(express().post('/hooks/shop', expressReceiver(receiver)))

const subscription = {
  appName: 'other',
  url: `${other.url}/hooks/shop`,
  events: ['order.*'],
  appSecret: secret,
}
await webhooks.subscriptions.create(subscription)
await webhooks.start()

for (const quantity of [5, 2]) {
  const response = await fetch(`${shop.url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'ada@example.com', quantity }),
  })
  console.log(`an order of ${quantity}: ${response.status} ${await response.text()}`)
}
await received

await webhooks.stop()
shop.server.close()
other.server.close()
await pool.end()
await postgres.stop()
