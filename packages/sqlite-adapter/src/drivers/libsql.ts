// Under a name of its own: bundles of ES modules often have a `createRequire` in their banner.
import { createRequire as requireFrom } from 'node:module'
import type LibsqlDatabase from 'libsql'
import { collectGarbage } from './collect-garbage.js'
import type { Driver, Row } from './driver.js'

/** The package itself. @param from the module that it is looked for from, as a URL */
export const loadLibsql = (from: string): typeof LibsqlDatabase =>
  requireFrom(from)('libsql') as typeof LibsqlDatabase

/**
 * `libsql`: SQLite for runtimes without their own; installs from npm without a script or a download. Loaded where it is used:
 * a runtime that has its own SQLite does without it.
 */
export const openLibsql = (file: string, from: string): Driver => {
  const Database = loadLibsql(from)
  const database = new Database(file)
  return {
    name: 'libsql',
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => {
      let statement = database.prepare(sql)
      /** A statement that failed once fails for ever in libsql's `get`: another takes its place. */
      const fresh = <T>(work: () => T): T => {
        try {
          return work()
        } catch (error) {
          statement = database.prepare(sql)
          throw error
        }
      }
      return {
        run: (...parameters) => fresh(() => ({ changes: statement.run(...parameters).changes })),
        get: (...parameters) => fresh(() => statement.get(...parameters) as Row | undefined),
        all: (...parameters) => fresh(() => statement.all(...parameters) as Row[]),
      }
    },
    close: () => {
      database.close()
      collectGarbage()
    },
  }
}
