import type { Database, Query } from './database.js'

/** The parts of a connection of `postgres` (postgres.js) that are used. */
export interface PostgresJsLike {
  unsafe(text: string, values: never, options: { prepare: boolean }): PromiseLike<readonly unknown[]>
  begin(run: (sql: never) => Promise<unknown>): Promise<unknown>
}

/** Whether it is what `postgres(…)` answers. */
export const isPostgresJs = (pool: object): pool is PostgresJsLike => 'unsafe' in pool && 'begin' in pool

/** On `postgres` (postgres.js). */
export const postgresJsDatabase = (sql: PostgresJsLike, prepare: boolean): Database => {
  const on =
    (connection: Pick<PostgresJsLike, 'unsafe'>): Query =>
    async (text, values = []) =>
      [...(await connection.unsafe(text, [...values] as never, { prepare }))] as never
  return {
    query: on(sql),
    transaction: (run) => sql.begin((transaction: PostgresJsLike) => run(on(transaction))) as never,
  }
}
