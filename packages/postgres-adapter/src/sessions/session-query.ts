import { SessionUnsupportedError } from '@swigs/webhooks-protocol'
import type { Query } from '../drivers/database.js'

const KEY = Symbol.for('swigs-webhooks.postgres-session')

/** A transaction of a library, made fit for `dispatch(type, data, { session })` by `fromDrizzle` and its like. */
export interface PostgresSession {
  readonly [KEY]: Query
}

/** What `fromDrizzle` and its like answer. */
export const sessionOf = (query: Query): PostgresSession => ({ [KEY]: query })

/** The parts of a `pg` client that are used. */
interface PgClientLike {
  query(text: string, values: readonly unknown[]): Promise<{ rows: unknown[] }>
  /** From `pg` 8.20 on: what the server said last, `I` outside of a transaction. Older ones do not tell. */
  getTransactionStatus?(): string | null
}

interface PostgresJsTransaction {
  unsafe(text: string, values: unknown[], options: { prepare: boolean }): PromiseLike<unknown[]>
  savepoint?: unknown
}

const HOW =
  "Pass a pg PoolClient after `await client.query('BEGIN')`, or fromDrizzle(tx), fromKysely(trx), fromKnex(trx), " +
  'fromPrisma(tx), fromTypeorm(manager).'

/** @throws SessionUnsupportedError saying what to pass. */
export const unsupported = (what: string): never => {
  throw new SessionUnsupportedError(`session ${what}. ${HOW}`)
}

/**
 * How to run a statement in a caller's transaction.
 * @throws SessionUnsupportedError for what is none, as far as that can be told without a statement.
 */
export const sessionQuery = (session: unknown): Query => {
  if (typeof session !== 'object' && typeof session !== 'function') return unsupported('is no transaction')
  if (session === null) return unsupported('is no transaction')
  if (KEY in session) return (session as PostgresSession)[KEY]
  if ('unsafe' in session) return postgresJsQuery(session as PostgresJsTransaction)
  if (!('query' in session) || typeof session.query !== 'function') return unsupported('is no transaction')
  if ('totalCount' in session || 'waitReady' in session)
    return unsupported('is a pool, whose statements are transactions of their own')
  const client = session as PgClientLike
  if (client.getTransactionStatus?.() === 'I') return unsupported('is a client outside of a transaction')
  return async (text, values = []) => (await client.query(text, values)).rows as never
}

const postgresJsQuery = (sql: PostgresJsTransaction): Query => {
  if (sql.savepoint === undefined) return unsupported('is a postgres connection outside of sql.begin')
  return async (text, values = []) => [...(await sql.unsafe(text, [...values], { prepare: false }))] as never
}
