import { createHash } from 'node:crypto'
import { invalid } from '../options.js'
import type { Database } from './database.js'
import { isPglite, pgliteDatabase, type PgliteLike } from './pglite.js'
import { isPgPool, pgDatabase, type PgPoolLike } from './pg-pool.js'
import { isPostgresJs, postgresJsDatabase, type PostgresJsLike } from './postgres-js.js'

/** What a storage can be on: a `pg` Pool, what `postgres(…)` answers, a PGlite. */
export type PostgresConnection = PgPoolLike | PostgresJsLike | PgliteLike

interface DriverSettings {
  readonly prepare: boolean
  readonly operationTimeoutMs: number
}

/**
 * The database behind any of them.
 * @throws InvalidOptionsError when it is none.
 */
export const databaseOf = (pool: PostgresConnection, settings: DriverSettings): Database => {
  const isSome = (typeof pool === 'object' && pool !== null) || typeof pool === 'function'
  if (isSome && isPgPool(pool)) return pgDatabase(pool, settings.operationTimeoutMs, naming(settings.prepare))
  if (isSome && isPostgresJs(pool)) return postgresJsDatabase(pool, settings.prepare)
  if (isSome && isPglite(pool)) return pgliteDatabase(pool)
  throw invalid('pool', 'Expected a pg Pool, a connection of postgres, or a PGlite')
}

/** Names for statements: the same in every process, so that a pooler that knows them can share them. */
const naming = (prepare: boolean) => {
  const names = new Map<string, string>()
  return (text: string): string | undefined => {
    if (!prepare) return undefined
    const known = names.get(text) ?? `swigs_${createHash('sha1').update(text).digest('hex').slice(0, 16)}`
    names.set(text, known)
    return known
  }
}
