import type { MalformedRow, StorageReport } from '../ports/storage/report.js'

/** Where nobody listens. */
export const NO_REPORT: StorageReport = { malformed: () => undefined }

/**
 * Reads rows one by one: one that cannot be read is reported and passed over, and the others are answered.
 * @param read throws for a row that is not as it should be; the message is told, so it names a field and never its value
 * @example
 * readRows(rows, toEvent, (row) => ({ noun: 'event', id: String(row.id) }), report)
 */
export const readRows = <R, T>(
  rows: readonly R[],
  read: (row: R) => T,
  name: (row: R) => Pick<MalformedRow, 'noun' | 'id'>,
  report: StorageReport,
): T[] => {
  const answers: T[] = []
  for (const row of rows)
    try {
      answers.push(read(row))
    } catch (error) {
      const problem = error instanceof SyntaxError ? 'is not JSON' : String((error as Error).message)
      report.malformed({ ...name(row), problem })
    }
  return answers
}
