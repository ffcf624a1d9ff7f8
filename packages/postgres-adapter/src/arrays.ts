/** One row's value in a column. */
type Cell = string | number | boolean | null

/** An array as PostgreSQL reads it: the same text for every driver. */
export const arrayText = (cells: readonly Cell[]): string => `{${cells.map(cellText).join(',')}}`

const cellText = (cell: Cell): string => {
  if (cell === null) return 'NULL'
  return typeof cell === 'string' ? `"${cell.replace(/[\\"]/g, '\\$&')}"` : String(cell)
}

/** Rows as a column each, in the order of `columns`: what `unnest` makes rows of, in half the time that JSON takes. */
export const columnTexts = <K extends string>(
  rows: readonly Readonly<Record<K, Cell>>[],
  columns: readonly K[],
): string[] => columns.map((column) => arrayText(rows.map((row) => row[column])))
