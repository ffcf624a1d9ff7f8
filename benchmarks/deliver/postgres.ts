import pg from 'pg'
import { postgresStorage } from '@swigs/webhooks-postgres-adapter'
import { startPostgres } from '../../tools/postgres-server/start-postgres.js'
import type { Contender } from './storages.js'

/** A pool that counts what it sends. */
export const countingPool = (connectionString: string) => {
  const pool = new pg.Pool({ connectionString, max: 10 })
  let statements = 0
  const query = pool.query.bind(pool) as (...args: unknown[]) => unknown
  pool.query = ((...args: unknown[]) => {
    statements += 1
    return query(...args)
  }) as typeof pool.query
  return { pool, statements: () => statements }
}

/** PostgreSQL with `fsync` on, a schema a round. */
export const postgres = async (): Promise<Contender> => {
  const server = await startPostgres()
  const probe = new pg.Pool({ connectionString: server.uri })
  const { rows } = await probe.query<{ version: string; fsync: string }>(
    "SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync",
  )
  await probe.end()
  let rounds = 0
  return {
    mark: 0.5,
    about: `${server.kind}, version ${rows[0]?.version}, fsync ${rows[0]?.fsync}`,
    round: async () => {
      rounds += 1
      const schema = `webhooks_bench_${process.pid}_${rounds}`
      const { pool, statements } = countingPool(server.uri)
      const close = async () => {
        await pool.query(`DROP SCHEMA ${schema} CASCADE`)
        await pool.end()
      }
      return { storage: postgresStorage(pool, { schema }), commands: statements, close }
    },
    close: () => server.stop(),
  }
}
