import type { Database } from '../database/database.js'

/** How often the file is looked at while somebody watches, ms. */
const LOOK_EVERY_MS = 25

/** Tells when another process has announced work: `data_version` says that any has written, the tally whether it announced. */
export class Watcher {
  readonly #database: () => Database | null
  readonly #tell: () => void
  #timer: NodeJS.Timeout | null = null
  #seen: { database: Database; version: number; announced: number } | null = null

  constructor(database: () => Database | null, tell: () => void) {
    this.#database = database
    this.#tell = tell
  }

  start(): void {
    if (this.#timer) return
    this.#look()
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer)
    this.#timer = null
    this.#seen = null
  }

  #look(): void {
    const database = this.#database()
    if (!database) return
    try {
      const version = database.pragma('data_version')
      if (this.#seen?.database === database && this.#seen.version === version) return
      const announced = Number(database.sql('SELECT announced FROM tally').get()?.['announced'])
      const before = this.#seen
      this.#seen = { database, version, announced }
      if (before && before.announced !== announced) this.#tell()
    } catch {
      // Locked, or gone: whoever calls next is told, and a hint is no more than one.
    }
  }
}
