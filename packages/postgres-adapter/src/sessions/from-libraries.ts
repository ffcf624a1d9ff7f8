import { sessionOf, unsupported, type PostgresSession } from './session-query.js'

/** The parts of a Drizzle transaction that are used: those of `drizzle-orm/node-postgres` and its like. */
export interface DrizzleTransactionLike {
  rollback(): never
  readonly _: { readonly session: unknown }
}

interface DrizzleSession {
  prepareQuery(
    query: { sql: string; params: unknown[] },
    fields: undefined,
    name: undefined,
    isResponseInArrayMode: boolean,
  ): { execute(): Promise<{ rows: unknown[] } | unknown[]> }
}

/**
 * The transaction that `db.transaction(async (tx) => …)` of Drizzle opens.
 * @throws SessionUnsupportedError for a database outside of a transaction.
 * @example
 * await db.transaction(async (tx) => {
 *   await tx.insert(orders).values(order)
 *   await webhooks.dispatch('order.created', order, { session: fromDrizzle(tx) })
 * })
 */
export const fromDrizzle = (tx: DrizzleTransactionLike): PostgresSession => {
  if (typeof tx?.rollback !== 'function') return unsupported('is a Drizzle database outside of a transaction')
  const session = tx._.session as DrizzleSession
  return sessionOf(async (sql, params = []) => {
    const answer = await session
      .prepareQuery({ sql, params: [...params] }, undefined, undefined, false)
      .execute()
    return ('rows' in answer ? answer.rows : [...answer]) as never
  })
}

/** The parts of a Kysely transaction that are used. */
export interface KyselyTransactionLike {
  readonly isTransaction: boolean
  executeQuery(query: never): Promise<{ rows: unknown[] }>
}

/**
 * The transaction that `db.transaction().execute(async (trx) => …)` of Kysely opens.
 * @throws SessionUnsupportedError for a database outside of a transaction.
 */
export const fromKysely = (trx: KyselyTransactionLike): PostgresSession => {
  if (!trx?.isTransaction) return unsupported('is a Kysely database outside of a transaction')
  return sessionOf(async (sql, parameters = []) => {
    const query = { kind: 'RawNode', sqlFragments: [sql], parameters: [] }
    const queryId = { queryId: 'swigs-webhooks' }
    return (await trx.executeQuery({ sql, parameters, query, queryId } as never)).rows as never
  })
}

/** The parts of a Knex transaction that are used. */
export interface KnexTransactionLike {
  readonly isTransaction?: boolean | undefined
  raw(sql: string, bindings: never): PromiseLike<unknown>
}

/**
 * The transaction that `knex.transaction(async (trx) => …)` opens.
 * @throws SessionUnsupportedError for a knex outside of a transaction.
 */
export const fromKnex = (trx: KnexTransactionLike): PostgresSession => {
  if (!trx?.isTransaction) return unsupported('is a Knex outside of a transaction')
  return sessionOf(async (sql, values = []) => {
    // Knex has a `:name` for each value, and no `$1`; a `::` is none of its names.
    const named = sql.replace(/\$(\d+)/g, ':v$1')
    const bindings = Object.fromEntries(values.map((value, index) => [`v${index + 1}`, value]))
    return ((await trx.raw(named, bindings as never)) as { rows: unknown[] }).rows as never
  })
}

/** The parts of a Prisma transaction client that are used. */
export interface PrismaTransactionLike {
  $queryRawUnsafe<T>(query: string, ...values: unknown[]): Promise<T>
}

/**
 * The client that `prisma.$transaction(async (tx) => …)` hands over.
 * @throws SessionUnsupportedError for a client outside of a transaction.
 */
export const fromPrisma = (tx: PrismaTransactionLike): PostgresSession => {
  if (typeof tx?.$queryRawUnsafe !== 'function' || '$transaction' in tx || '$connect' in tx)
    return unsupported('is a Prisma client outside of a transaction')
  return sessionOf((sql, values = []) => tx.$queryRawUnsafe(sql, ...values))
}

/** The parts of a TypeORM entity manager that are used. */
export interface TypeormManagerLike {
  readonly queryRunner?: { readonly isTransactionActive: boolean } | undefined
  query(query: string, parameters?: unknown[]): Promise<unknown>
}

/**
 * The manager that `dataSource.transaction(async (manager) => …)` of TypeORM hands over.
 * @throws SessionUnsupportedError for a manager outside of a transaction.
 */
export const fromTypeorm = (manager: TypeormManagerLike): PostgresSession => {
  if (!manager?.queryRunner?.isTransactionActive)
    return unsupported('is a TypeORM manager outside of a transaction')
  return sessionOf(async (sql, values = []) => (await manager.query(sql, [...values])) as never)
}
