import type { Database, Query } from './database.js'

/** What a connection of `postgres` (postgres.js) is known by. */
export interface PostgresJsLike {
  unsafe(...args: never[]): unknown
  begin(...args: never[]): Promise<unknown>
}

interface Connection {
  unsafe(text: string, values: unknown[], options: { prepare: boolean }): PromiseLike<readonly unknown[]>
}

interface Pool extends Connection {
  begin<T>(run: (connection: Connection) => Promise<T>): Promise<T>
}

/** Whether it is what `postgres(…)` answers. */
export const isPostgresJs = (pool: object): pool is PostgresJsLike => 'unsafe' in pool && 'begin' in pool

/** On `postgres` (postgres.js). */
export const postgresJsDatabase = (sql: PostgresJsLike, prepare: boolean): Database => {
  const on =
    (connection: Connection): Query =>
    async (text, values = []) =>
      [...(await connection.unsafe(text, [...values], { prepare }))] as never
  const pool = sql as unknown as Pool
  return { query: on(pool), transaction: (run) => pool.begin((connection) => run(on(connection))) }
}
