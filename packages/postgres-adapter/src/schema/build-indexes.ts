import { setTimeout as sleep } from 'node:timers/promises'
import type { Query } from '../drivers/database.js'
import { quoted } from './migrations.js'

const LOOK_EVERY_MS = 200
/** Builds of one table at once wait for each other in a circle; one of them is told so, and makes room. */
const DEADLOCK = '40P01'

/**
 * Builds indexes beside those who write to their tables; returns when all of them are there and serve, whoever has built them.
 * What a build that was interrupted has left is dropped; one that is under way elsewhere is waited for.
 */
export const buildIndexes = async (
  query: Query,
  schema: string,
  statements: readonly string[],
): Promise<void> => {
  for (;;) {
    try {
      for (const { name } of await unfit(query, schema, 'abandoned'))
        await query(`DROP INDEX CONCURRENTLY IF EXISTS ${quoted(schema)}.${quoted(name)}`)
      for (const statement of statements) await query(statement)
      if ((await unfit(query, schema, 'any')).length === 0) return
    } catch (error) {
      if ((error as { code?: unknown }).code !== DEADLOCK) throw error
    }
    await sleep(LOOK_EVERY_MS)
  }
}

/** Indexes that serve nobody yet, or never will. */
const unfit = (query: Query, schema: string, which: 'any' | 'abandoned'): Promise<{ name: string }[]> =>
  query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname = $1 AND ($2 = 'any' OR NOT EXISTS (
       SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid))`,
    [schema, which],
  )
