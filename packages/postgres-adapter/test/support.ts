import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import { postgresStorage } from '../src/postgres-storage.js'
import type { PostgresStorageOptions } from '../src/options.js'

/** The PostgreSQL of this run. */
export const postgresUri = inject('postgresUri')

/** A pool on it. Errors of connections that nobody uses are what some tests cause. */
export const poolOn = (uri: string = postgresUri, config: pg.PoolConfig = {}): pg.Pool =>
  new pg.Pool({ connectionString: uri, max: 6, ...config }).on('error', () => undefined)

/** A name for a schema that nobody has. */
export const freshSchema = (): string => `webhooks_${randomUUID().slice(0, 13)}`

/** Drops a schema with all that is in it. */
export const dropSchema = (pool: pg.Pool, schema: string): Promise<unknown> =>
  pool.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)

/** A storage in a schema of its own, open; all of it is gone when the test ends. */
export const freshStorage = async (options: PostgresStorageOptions = {}) => {
  const pool = poolOn()
  const schema = freshSchema()
  const storage = postgresStorage(pool, { schema, ...options })
  onTestFinished(async () => {
    await dropSchema(pool, schema)
    await pool.end()
  })
  await storage.open()
  return { pool, schema, storage }
}
