import type { Value } from '../drivers/driver.js'

/** Rows that go into one statement. */
const TOGETHER = 16

/**
 * Does something with rows, many in one statement: `VALUES (?, ?), (?, ?)`. A call of a driver costs as much as a row; texts with
 * 16 rows or with one are two statements to prepare, not as many as there are numbers of rows.
 * @param run given the list of placeholders, and the values in their order
 */
export const inRows = (
  rows: readonly (readonly Value[])[],
  run: (placeholders: string, values: Value[]) => void,
): void => {
  const [first] = rows
  if (!first) return
  const one = `(${first.map(() => '?').join()})`
  const many = Array<string>(TOGETHER).fill(one).join()
  let at = 0
  for (; at + TOGETHER <= rows.length; at += TOGETHER) run(many, rows.slice(at, at + TOGETHER).flat())
  for (const row of rows.slice(at)) run(one, [...row])
}
