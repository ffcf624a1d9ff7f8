/** A row as drivers answer it. */
export type Row = Record<string, unknown>

/** What a statement may be given: one JSON text stands for many rows. */
export type Value = string | number | boolean | null

/** Runs one statement, with `$1`, `$2` … for its values; answers the rows. */
export type Query = <R = Row>(text: string, values?: readonly Value[]) => Promise<R[]>

/** A database, whichever driver is below. */
export interface Database {
  readonly query: Query
  /** Runs statements in one transaction, on one connection; rolls back when `run` throws. */
  transaction<T>(run: (query: Query) => Promise<T>): Promise<T>
}
