import { PGlite } from '@electric-sql/pglite'
import { drizzle } from 'drizzle-orm/node-postgres'
import { drizzle as drizzleOnPostgresJs } from 'drizzle-orm/postgres-js'
import createKnex from 'knex'
import { Kysely, PostgresDialect } from 'kysely'
import type pg from 'pg'
import postgres from 'postgres'
import { DataSource } from 'typeorm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { fromDrizzle, fromKnex, fromKysely, fromPrisma, fromTypeorm } from '../src/sessions/from-libraries.js'
import { postgresStorage } from '../src/postgres-storage.js'
import { sampleEvent } from './fixtures.js'
import { freshStorage, poolOn, postgresUri } from './support.js'

interface Library {
  /** Runs `use` in a transaction of the library; what it throws rolls back. */
  transaction(use: (session: unknown) => Promise<void>): Promise<unknown>
  /** What somebody passes who forgot the transaction. */
  outside(): unknown
  close(): Promise<unknown>
}

const libraries: Readonly<Record<string, () => Promise<Library>>> = {
  'Drizzle on pg': async () => {
    const pool = poolOn()
    const db = drizzle(pool)
    return {
      transaction: (use) => db.transaction((tx) => use(fromDrizzle(tx))),
      outside: () => fromDrizzle(db as never),
      close: () => pool.end(),
    }
  },
  'Drizzle on postgres.js': async () => {
    const sql = postgres(postgresUri, { max: 2 })
    const db = drizzleOnPostgresJs(sql)
    return {
      transaction: (use) => db.transaction((tx) => use(fromDrizzle(tx))),
      outside: () => fromDrizzle(db as never),
      close: () => sql.end(),
    }
  },
  Kysely: async () => {
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool: poolOn() }) })
    return {
      transaction: (use) => db.transaction().execute((trx) => use(fromKysely(trx))),
      outside: () => fromKysely(db),
      close: () => db.destroy(),
    }
  },
  Knex: async () => {
    const knex = createKnex({ client: 'pg', connection: postgresUri })
    return {
      transaction: (use) => knex.transaction((trx) => use(fromKnex(trx))),
      outside: () => fromKnex(knex),
      close: () => knex.destroy(),
    }
  },
  TypeORM: async () => {
    const source = await new DataSource({ type: 'postgres', url: postgresUri }).initialize()
    return {
      transaction: (use) => source.transaction((manager) => use(fromTypeorm(manager))),
      outside: () => fromTypeorm(source.manager),
      close: () => source.destroy(),
    }
  },
  // By the shape of its clients alone: generating a real one downloads an engine, which not every machine may.
  'the shape of Prisma': async () => {
    const pool = poolOn()
    const raw = (client: Pick<pg.Pool, 'query'>) => ({
      $queryRawUnsafe: async (sql: string, ...values: unknown[]) =>
        (await client.query(sql, values)).rows as never,
    })
    return {
      transaction: async (use) => {
        const client = await pool.connect()
        await client.query('BEGIN')
        const ended = await use(fromPrisma(raw(client)))
          .then(
            () => client.query('COMMIT'),
            async (error: unknown) => {
              await client.query('ROLLBACK')
              throw error
            },
          )
          .finally(() => client.release())
        return ended
      },
      outside: () => fromPrisma({ ...raw(pool), $transaction: () => undefined } as never),
      close: () => pool.end(),
    }
  },
  'postgres.js': async () => {
    const sql = postgres(postgresUri, { max: 2 })
    return {
      transaction: (use) => sql.begin((transaction) => use(transaction)),
      outside: () => sql,
      close: () => sql.end(),
    }
  },
}

describe.each(Object.entries(libraries))('a transaction of %s', (_name, make) => {
  const setUp = async () => {
    const library = await make()
    onTestFinished(async () => void (await library.close()))
    const { storage } = await freshStorage()
    const event = sampleEvent({ siteId: "it's :v1 ? $1", target: 'sub_x', occurredAt: 1.25 })
    const append = (session: unknown, callId = 'call') =>
      storage.events.append({ callId, visibleAt: 0.5, events: [event], session })
    return { library, storage, event, append }
  }

  it('has the event in it once it is committed', async () => {
    const { library, storage, event, append } = await setUp()
    await library.transaction(async (session) => {
      expect(await append(session)).toEqual([true])
      expect(await append(session, 'another')).toEqual([false])
      expect(await storage.events.get([event.id])).toEqual([])
    })
    expect(await storage.events.get([event.id])).toEqual([event])
    expect(await storage.events.unfanned({ now: 0.5, limit: 9 })).toEqual([event])
  })

  it('takes the event with it when it is rolled back', async () => {
    const { library, storage, event, append } = await setUp()
    const failed = library.transaction(async (session) => {
      await append(session)
      throw new Error('the order was not saved')
    })
    await expect(failed).rejects.toThrow('the order was not saved')
    expect(await storage.events.get([event.id])).toEqual([])
  })

  it('is needed: without one, dispatch says so', async () => {
    const { library, append } = await setUp()
    const call = async () => append(library.outside())
    await expect(call).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
  })
})

it('a transaction of PGlite is a session of a storage on it', async () => {
  const pglite = new PGlite()
  onTestFinished(() => pglite.close())
  const storage = postgresStorage(pglite)
  await storage.open()
  const [kept, dropped] = [sampleEvent(), sampleEvent()]
  const append = { callId: 'call', visibleAt: 0 }
  await pglite.transaction(async (session) => {
    await storage.events.append({ ...append, events: [kept], session })
  })
  await pglite.transaction(async (session) => {
    await storage.events.append({ ...append, events: [dropped], session })
    await session.rollback()
  })
  expect(await storage.events.get([kept.id, dropped.id])).toEqual([kept])
  const outside = storage.events.append({ ...append, events: [dropped], session: pglite })
  await expect(outside).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
})
