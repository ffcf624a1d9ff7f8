/** What a column holds. */
export type Value = string | number | null

/** A row as SQLite gives it. */
export type Row = Record<string, Value>

/** A prepared statement with positional parameters. */
export interface Statement {
  run(...parameters: readonly Value[]): { changes: number }
  get(...parameters: readonly Value[]): Row | undefined
  all(...parameters: readonly Value[]): Row[]
}

/** All that is asked of a SQLite driver. Synchronous, as SQLite is. */
export interface Driver {
  readonly name: DriverName
  exec(sql: string): void
  prepare(sql: string): Statement
  /** Lets go of the file: at once, or in the next turn of the event loop. */
  close(): void
}

export type DriverName = 'node:sqlite' | 'libsql'
