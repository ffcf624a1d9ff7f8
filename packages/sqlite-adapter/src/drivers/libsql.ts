import Database from 'libsql'
import type { Driver, Row } from './driver.js'

/** `libsql`: SQLite for runtimes without their own; installs from npm without a script or a download. */
export const openLibsql = (file: string): Driver => {
  const database = new Database(file)
  return {
    name: 'libsql',
    exec: (sql) => void database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql)
      return {
        run: (...parameters) => ({ changes: statement.run(...parameters).changes }),
        get: (...parameters) => statement.get(...parameters) as Row | undefined,
        all: (...parameters) => statement.all(...parameters) as Row[],
      }
    },
    close: () => void database.close(),
  }
}
