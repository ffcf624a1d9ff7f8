import type { MalformedRow } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Driver, Statement } from '../drivers/driver.js'
import { Names } from './names.js'

/** What a write adds to the numbers of deliveries by state, and to the announcements. */
export type TallyChange = Partial<
  Record<'pending' | 'delivered' | 'failed' | 'cancelled' | 'announced', number>
>

/** What the verbs see of an open file: statements prepared once, names, counts, and where to say what is malformed. */
export class Database {
  readonly names = new Names((text) => this.sql(text))
  /** Numbers of events that cannot be read, and until when a sweep passes over them. */
  readonly aside = new Map<number, number>()
  /** Where the deliveries of events lie that were read from a queue lately, by the event's id. */
  readonly places = new Map<string, { readonly event: number; readonly createdAt: number }>()
  /** Entries of the queues of lanes that may be stale, by lane. */
  readonly stale = new Map<number, number>()
  readonly #driver: Driver
  readonly #report: (row: MalformedRow) => void
  readonly #statements = new Map<string, Statement>()

  constructor(driver: Driver, report: (row: MalformedRow) => void) {
    this.#driver = driver
    this.#report = report
  }

  /** A prepared statement; prepared at the first use. */
  sql(text: string): Statement {
    let statement = this.#statements.get(text)
    if (!statement) this.#statements.set(text, (statement = this.#driver.prepare(text)))
    return statement
  }

  /** Runs what answers nothing and is not worth preparing: `BEGIN`, pragmas, schema. */
  exec(text: string): void {
    this.#driver.exec(text)
  }

  /** One number that a pragma answers. */
  pragma(name: string): number {
    return Number(this.sql(`PRAGMA ${name}`).get()?.[name] ?? 0)
  }

  /** Takes a transaction back, and what was remembered from it. */
  rollBack(): void {
    this.names.forget()
    this.places.clear()
    try {
      this.exec('ROLLBACK')
    } catch {
      // SQLite has rolled back by itself, as on a full disk; whatever else is wrong shows at the next statement.
    }
  }

  /** Lets go of what was prepared. */
  forget(): void {
    this.#statements.clear()
  }

  /** Says that a row cannot be read. */
  malformed(row: MalformedRow): void {
    this.#report(row)
  }

  /** Changes the numbers of deliveries by state, which `counts` answers without counting. */
  tally(change: TallyChange): void {
    const { pending = 0, delivered = 0, failed = 0, cancelled = 0, announced = 0 } = change
    if (!pending && !delivered && !failed && !cancelled && !announced) return
    this.sql(
      `UPDATE tally SET pending = pending + ?, delivered = delivered + ?, failed = failed + ?,
       cancelled = cancelled + ?, announced = announced + ?`,
    ).run(pending, delivered, failed, cancelled, announced)
  }
}
