import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { fromDrizzle, postgresStorage } from '@swigs/webhooks-postgres-adapter'
import { swigsEvents } from '@swigs/webhooks-protocol'
import { gte, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, pgTable, serial, text } from 'drizzle-orm/pg-core'
import express, { type Express } from 'express'
import type { Pool } from 'pg'

const orders = pgTable('orders', {
  id: serial().primaryKey(),
  email: text().notNull(),
  quantity: integer().notNull(),
})
const stock = pgTable('stock', { left: integer().notNull() })

/** The tables of the shop, with so many things to sell; an app has migrations for that. */
export const createTables = async (pool: Pool, left: number): Promise<void> => {
  await pool.query(`
    CREATE TABLE IF NOT EXISTS orders (id serial PRIMARY KEY, email text NOT NULL, quantity integer NOT NULL);
    CREATE TABLE IF NOT EXISTS stock ("left" integer NOT NULL CHECK ("left" >= 0));
    DELETE FROM stock`)
  await drizzle(pool).insert(stock).values({ left })
}

/**
 * A shop whose orders and events are one transaction: an order that is not kept has never been told of, and one that is kept
 * will be.
 * @param connectionString of the same database, for the connection that hears of work; not that of a pooler
 */
export const createShop = (pool: Pool, connectionString: string) => {
  const db = drizzle(pool)
  const webhooks = createDispatcher({
    storage: postgresStorage(pool, { listen: { connectionString } }),
    events: swigsEvents,
    network: { allowHttp: true, allow: ['127.0.0.0/8'] }, // loopback, for this example alone
  })

  const placeOrder = (email: string, quantity: number): Promise<number> =>
    db.transaction(async (tx) => {
      const [order] = await tx.insert(orders).values({ email, quantity }).returning()
      const id = String(order?.id)
      await webhooks.dispatch(
        'order.created',
        {
          orderId: id,
          orderNumber: `ORD-${id}`,
          customer: { email },
          items: [{ name: 'Lamp', quantity, price: 25 }],
          total: 25 * quantity,
          status: 'pending',
        },
        { session: fromDrizzle(tx) },
      )
      const taken = await tx
        .update(stock)
        .set({ left: sql`${stock.left} - ${quantity}` })
        .where(gte(stock.left, quantity))
        .returning()
      if (taken.length === 0) throw new SoldOutError()
      return order?.id ?? 0
    })

  const app: Express = express()
  app.post('/orders', express.json(), async (request, response) => {
    const { email, quantity } = request.body as { email: string; quantity: number }
    try {
      response.status(201).json({ id: await placeOrder(email, quantity) })
    } catch (error) {
      if (!(error instanceof SoldOutError)) throw error
      response.status(409).json({ message: error.message })
    }
  })
  return { app, webhooks }
}

/** There is less left than was ordered: the order, and the event of it, are rolled back. */
class SoldOutError extends Error {
  override readonly message = 'Sold out'
}
