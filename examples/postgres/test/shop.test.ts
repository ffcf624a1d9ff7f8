import { randomUUID } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import pg from 'pg'
import { expect, inject, it, onTestFinished } from 'vitest'
import { startReceiver } from '@swigs/webhooks-dispatcher/processes'
import { createShop, createTables } from '../src/shop.js'

/** A shop with three lamps, in a database of its own. */
const openShop = async () => {
  const name = `shop_${randomUUID().slice(0, 8)}`
  const admin = new pg.Pool({ connectionString: inject('postgresUri') })
  await admin.query(`CREATE DATABASE ${name}`)
  const uri = new URL(inject('postgresUri'))
  uri.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: uri.href })
  // Idle connections end with the database, and nobody is to be told.
  pool.on('error', () => undefined)
  await createTables(pool, 3)
  const { app, webhooks } = createShop(pool, uri.href)
  const server = app.listen(0, '127.0.0.1')
  const receiver = await startReceiver()
  await webhooks.subscriptions.create({ appName: 'other', url: receiver.url, events: ['order.*'] })
  await webhooks.start()
  onTestFinished(async () => {
    server.close()
    receiver.close()
    await webhooks.stop()
    await pool.end()
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
    await admin.end()
  })
  const order = async (quantity: number) => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ada@example.com', quantity }),
    })
    return response.status
  }
  const kept = async () => (await pool.query('SELECT quantity FROM orders')).rows
  return { order, kept, receiver, webhooks }
}

it('an order that is kept is told of, and one that is rolled back is not', async () => {
  const { order, kept, receiver, webhooks } = await openShop()
  expect(await order(5)).toBe(409)
  expect(await order(2)).toBe(201)
  await expect.poll(() => receiver.arrivals.length).toBe(1)
  expect(await kept()).toEqual([{ quantity: 2 }])
  expect((await webhooks.events.list()).items).toHaveLength(1)
})
