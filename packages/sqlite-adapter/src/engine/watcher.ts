import { watch, type FSWatcher } from 'node:fs'
import type { Database } from '../database/database.js'

/** After something was written, how long until the next look, ms: a file that is written all the time is not looked at as often. */
const REST_MS = 25

/** How often the file is looked at whatever is heard of it, ms. */
const LOOK_EVERY_MS = 1_000

/**
 * Tells when another process has announced work. The log is watched: whoever writes, writes there, and an idle file costs nothing.
 * `data_version` then says whether it was another process, and the tally whether that announced anything.
 */
export class Watcher {
  readonly #log: string
  readonly #database: () => Database | null
  readonly #tell: () => void
  #timer: NodeJS.Timeout | null = null
  #rest: NodeJS.Timeout | null = null
  #listening: FSWatcher | null = null
  #seen: { database: Database; version: number; announced: number } | null = null

  constructor(file: string, database: () => Database | null, tell: () => void) {
    this.#log = `${file}-wal`
    this.#database = database
    this.#tell = tell
  }

  start(): void {
    if (this.#timer) return
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref()
    this.#look()
  }

  stop(): void {
    for (const timer of [this.#timer, this.#rest]) if (timer) clearTimeout(timer)
    this.#timer = this.#rest = this.#seen = null
    this.#hush()
  }

  #look(): void {
    const database = this.#database()
    if (!database) return
    // Before the look: what is written after it is heard.
    if (!this.#rest) this.#listen()
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

  #listen(): void {
    if (this.#listening && this.#seen?.database === this.#database()) return
    this.#hush()
    try {
      this.#listening = watch(this.#log, { persistent: false }, () => this.#heard())
      this.#listening.on('error', () => this.#hush())
    } catch {
      // No log yet, or none to be watched here: looked at once in a while.
    }
  }

  #heard(): void {
    if (this.#rest) return
    this.#hush()
    this.#rest = setTimeout(() => {
      this.#rest = null
      this.#look()
    }, REST_MS).unref()
    this.#look()
  }

  #hush(): void {
    this.#listening?.close()
    this.#listening = null
  }
}
