import type { Driver, DriverName } from './driver.js'
import { loadLibsql, openLibsql } from './libsql.js'
import { nodeSqlite, openNodeSqlite } from './node-sqlite.js'

/** Opens a file with the driver that was asked for, or with the runtime's own SQLite, or with libsql. */
export const openDriver = (file: string, wanted: DriverName | undefined, from: string): Driver =>
  (wanted === 'libsql' ? null : openNodeSqlite(file)) ?? openLibsql(file, from)

/** Throws where there is no driver to be had. */
export const loadDriver = (wanted: DriverName | undefined, from: string): void => {
  if (wanted === 'libsql' || !nodeSqlite()) loadLibsql(from)
}
