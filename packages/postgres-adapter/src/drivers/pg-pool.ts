import type { Database, Query } from './database.js'

interface PgQueryConfig {
  readonly text: string
  readonly values: unknown[]
  readonly query_timeout: number
  readonly name?: string
}

interface PgQueryable {
  query(config: PgQueryConfig): Promise<{ rows: unknown[] }>
}

interface PgClient extends PgQueryable {
  release(error?: Error | boolean): void
  on(name: 'error', listener: () => void): unknown
  off(name: 'error', listener: () => void): unknown
}

/** The parts of a `pg` Pool that are used. */
export interface PgPoolLike extends PgQueryable {
  connect(): Promise<PgClient>
  readonly totalCount: number
}

/** Whether it is a `pg` Pool. */
export const isPgPool = (pool: object): pool is PgPoolLike =>
  'connect' in pool && 'totalCount' in pool && 'query' in pool

const brokenBetween = (): void => undefined

/**
 * On a `pg` Pool. A connection whose answer does not come within `operationTimeoutMs` is thrown away.
 * @param nameOf the name to prepare a statement under; `undefined` for none
 */
export const pgDatabase = (
  pool: PgPoolLike,
  operationTimeoutMs: number,
  nameOf: (text: string) => string | undefined,
): Database => {
  const on =
    (queryable: PgQueryable): Query =>
    async (text, values = []) => {
      const name = nameOf(text)
      const config = { text, values: [...values], query_timeout: operationTimeoutMs }
      const { rows } = await queryable.query(name === undefined ? config : { ...config, name })
      return rows as never
    }
  return {
    query: on(pool),
    transaction: async (run) => {
      const client = await pool.connect()
      // A pool listens to the connections that it holds, and to none that is handed out: one that breaks between two
      // statements would end the process. The next statement on it fails.
      client.on('error', brokenBetween)
      const query = on(client)
      let failure: Error | undefined
      try {
        await query('BEGIN')
        const answer = await run(query)
        await query('COMMIT')
        return answer
      } catch (error) {
        // Whatever state it is in, nobody else is to have it.
        failure = error as Error
        throw error
      } finally {
        client.off('error', brokenBetween)
        client.release(failure)
      }
    },
  }
}
