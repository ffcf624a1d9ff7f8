import type { Statement } from '../drivers/driver.js'

/** Names remembered at a time; beyond that they are looked up anew. */
const MOST_REMEMBERED = 20_000

/**
 * Numbers for texts that are stored again and again: subscription ids, types, sites. A name keeps its number for ever, so what
 * was once read can be remembered.
 */
export class Names {
  readonly #sql: (text: string) => Statement
  readonly #numbers = new Map<string, number>()
  readonly #names = new Map<number, string>()

  constructor(sql: (text: string) => Statement) {
    this.#sql = sql
  }

  /** The number of a name, or `null` when nothing of that name was ever stored. */
  numberOf(name: string): number | null {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    const row = this.#sql('SELECT n FROM names WHERE name = ?').get(name)
    return row ? this.#remember(Number(row['n']), name) : null
  }

  /** The number of a name, made where there is none. Within a write. */
  make(name: string): number {
    const known = this.numberOf(name)
    if (known !== null) return known
    const row = this.#sql('INSERT INTO names (name) VALUES (?) RETURNING n').get(name)
    return this.#remember(Number(row?.['n']), name)
  }

  /** The name of a number, or `null` when there is none. */
  nameOf(n: number): string | null {
    const known = this.#names.get(n)
    if (known !== undefined) return known
    const row = this.#sql('SELECT name FROM names WHERE n = ?').get(n)
    if (!row) return null
    this.#remember(n, String(row['name']))
    return String(row['name'])
  }

  /** After a write was taken back, or the file is another. */
  forget(): void {
    this.#numbers.clear()
    this.#names.clear()
  }

  #remember(n: number, name: string): number {
    if (this.#names.size >= MOST_REMEMBERED) this.forget()
    this.#numbers.set(name, n)
    this.#names.set(n, name)
    return n
  }
}
