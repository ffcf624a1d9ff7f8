import type { Observer } from '../ports/observer.js'
import type { MalformedRow, StorageReport } from '../ports/storage/report.js'

/** How many are remembered: whoever has more of them has another problem. */
const MOST = 1_000

/** The rows that this process could not read, each told once. */
export class MalformedRows implements StorageReport {
  readonly #observe: Observer
  readonly #rows = new Map<string, MalformedRow>()

  constructor(observe: Observer) {
    this.#observe = observe
  }

  malformed(row: MalformedRow): void {
    const key = `${row.noun} ${row.id}`
    if (this.#rows.has(key) || this.#rows.size >= MOST) return
    this.#rows.set(key, row)
    this.#observe({ name: 'row.malformed', ...row })
  }

  has(noun: MalformedRow['noun'], id: string): boolean {
    return this.#rows.has(`${noun} ${id}`)
  }

  all(): MalformedRow[] {
    return [...this.#rows.values()]
  }
}
