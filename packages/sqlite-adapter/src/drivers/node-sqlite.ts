import type { DatabaseSync } from 'node:sqlite'
import type { Driver, Row } from './driver.js'

/** The runtime's own SQLite (Node 22.13 and later), or `undefined` where it has none. */
export const nodeSqlite = (): { DatabaseSync: typeof DatabaseSync } | undefined => {
  const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown }
  return getBuiltinModule?.('node:sqlite') as ReturnType<typeof nodeSqlite>
}

/** A file opened with it, or `null` where there is none. */
export const openNodeSqlite = (file: string): Driver | null => {
  const sqlite = nodeSqlite()
  if (!sqlite) return null
  const database = new sqlite.DatabaseSync(file)
  return {
    name: 'node:sqlite',
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      return {
        run: (...parameters) => ({ changes: Number(statement.run(...parameters).changes) }),
        get: (...parameters) => statement.get(...parameters) as Row | undefined,
        all: (...parameters) => statement.all(...parameters) as Row[],
      }
    },
    close: () => database.close(),
  }
}
