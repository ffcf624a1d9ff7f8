/** A row as SQLite gives it. */
export type Row = Record<string, string | number | null>

/** A prepared statement with positional parameters. */
export interface Statement {
  run(...parameters: readonly (string | number | null)[]): { changes: number }
  get(...parameters: readonly (string | number | null)[]): Row | undefined
  all(...parameters: readonly (string | number | null)[]): Row[]
}

/** All that is asked of a SQLite driver. Synchronous, as SQLite is. */
export interface Driver {
  readonly name: 'node:sqlite' | 'libsql'
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}
