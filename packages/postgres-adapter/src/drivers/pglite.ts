import type { Database, Query } from './database.js'

interface Queryable {
  query(text: string, values: unknown[]): Promise<{ rows: unknown[] }>
}

/** The parts of a PGlite that are used. */
export interface PgliteLike extends Queryable {
  readonly waitReady: Promise<void>
  transaction<T>(run: (transaction: Queryable) => Promise<T>): Promise<T>
}

/** Whether it is a PGlite. */
export const isPglite = (pool: object): pool is PgliteLike => 'waitReady' in pool && 'transaction' in pool

/** On PGlite: PostgreSQL in this process, with one connection. */
export const pgliteDatabase = (pglite: PgliteLike): Database => {
  const on =
    (queryable: Queryable): Query =>
    async (text, values = []) =>
      (await queryable.query(text, [...values])).rows as never
  return {
    query: on(pglite),
    transaction: (run) => pglite.transaction((transaction) => run(on(transaction))),
  }
}
