import { OpenFile } from '../database/open-file.js'
import type { Database } from '../database/database.js'
import { openDriver } from '../drivers/open-driver.js'
import { isBroken, isBusy, storageError, toPlain } from '../errors.js'
import type { Verb } from '../stores/verb.js'
import { VERBS } from '../stores/verbs.js'
import { commitGroup, type Outcome, type WaitingWrite } from './group-commit.js'
import type { Call, EngineSettings, Report } from './messages.js'
import { Watcher } from './watcher.js'

/** After how long a lock that another process holds is asked for again, ms. SQLite has waited before. */
const ASK_AGAIN_MS = 2

/** After how long without a write the log is written into the file, ms. */
const CHECKPOINT_AFTER_MS = 1_000

/** A call that waits for its turn. */
interface Waiting extends WaitingWrite {
  readonly call: Call
  readonly kind: 'control' | 'read' | 'write'
  /** `performance.now()` when it came. */
  readonly since: number
}

const elapsed = (): number => performance.now()

/**
 * Everything that is done with the file, in turns: what waits is read at once or written together, and answered when it is
 * durable. No turn takes long, so that it may run beside an app as well as in a thread of its own.
 */
export class Engine {
  readonly #settings: EngineSettings
  readonly #send: (reports: readonly Report[]) => void
  readonly #file: OpenFile
  readonly #watcher: Watcher
  #waiting: Waiting[] = []
  #reports: Report[] = []
  #turn: NodeJS.Immediate | NodeJS.Timeout | null = null
  #checkpoint: NodeJS.Timeout | null = null

  constructor(settings: EngineSettings, send: (reports: readonly Report[]) => void) {
    this.#settings = settings
    this.#send = send
    this.#file = new OpenFile(settings.file, {
      open: (file) => openDriver(file, settings.driver, settings.from),
      report: (malformed) => this.#reports.push({ malformed }),
      onProgress: () => this.#reports.push({ progress: true }),
      existed: settings.opened,
    })
    this.#watcher = new Watcher(
      settings.file,
      () => this.#file.database,
      () => send([{ hint: true }]),
    )
  }

  /** Takes calls; they are answered in turns to come. */
  take(calls: readonly Call[]): void {
    const since = elapsed()
    for (const call of calls) {
      const verb = (VERBS as Readonly<Record<string, Verb<unknown, unknown>>>)[call.verb]
      const start = (database: Database) => verb?.run(database, call.input)
      this.#waiting.push({ call, kind: verb?.kind ?? 'control', since, start, slices: null })
    }
    this.#plan(0)
  }

  #plan(afterMs: number): void {
    if (this.#turn) return
    const run = () => {
      this.#turn = null
      this.#serve()
    }
    this.#turn = afterMs > 0 ? setTimeout(run, afterMs) : setImmediate(run)
  }

  #serve(): void {
    if (this.#waiting.length === 0) return
    let restMs = 0
    try {
      this.#serveWaiting()
    } catch (error) {
      if (isBusy(error)) {
        this.#expire(error)
        restMs = ASK_AGAIN_MS
      } else this.#end(this.#waiting.splice(0), () => ({ error }))
    }
    if (this.#reports.length > 0) this.#send(this.#reports.splice(0))
    if (this.#waiting.length > 0) this.#plan(restMs)
  }

  #serveWaiting(): void {
    if (this.#waiting.every(({ call }) => call.verb === 'close')) return this.#close()
    const opens = this.#waiting.some(({ call }) => call.verb === 'open')
    if (!this.#file.ready(opens)) return
    const database = this.#file.database as Database
    const done: [Waiting, Outcome][] = this.#takeOut(({ kind }) => kind === 'control').map((one) => [
      one,
      this.#control(one.call),
    ])
    for (const one of this.#takeOut(({ kind }) => kind === 'read')) done.push([one, readOne(database, one)])
    try {
      done.push(...this.#write(database))
    } finally {
      this.#answer(done)
    }
  }

  /** What is asked for beside verbs; `close` waits until nothing else does. */
  #control({ verb }: Call): Outcome {
    if (verb === 'watch') this.#watcher.start()
    if (verb === 'unwatch') this.#watcher.stop()
    return { answer: null }
  }

  #write(database: Database): [Waiting, Outcome][] {
    const writes = this.#waiting.filter(({ kind }) => kind === 'write')
    if (writes.length === 0) return []
    const outcomes = commitGroup(database, writes, elapsed)
    const served = new Set(writes.slice(0, outcomes.length))
    const cut = writes.filter((_, index) => outcomes[index] === 'cut')
    // Those that were cut off go to the end: the others get their turn.
    this.#waiting = [...this.#waiting.filter((one) => !served.has(one)), ...cut]
    this.#planCheckpoint()
    return writes.flatMap((one, index) => {
      const outcome = outcomes[index]
      return outcome === undefined || outcome === 'cut' ? [] : [[one, outcome] as [Waiting, Outcome]]
    })
  }

  /** Nothing is answered before it is sure that the file is still the one that others open. */
  #answer(done: readonly [Waiting, Outcome][]): void {
    let problem: unknown = null
    try {
      this.#file.check()
    } catch (error) {
      problem = error
    }
    // What was begun holds on to statements of the connection that is gone.
    if (problem) for (const one of this.#waiting) one.slices = null
    for (const [one, outcome] of done) this.#end([one], () => (problem ? { error: problem } : outcome))
  }

  #end(calls: readonly Waiting[], outcome: () => Outcome): void {
    for (const { call } of calls) {
      const ended = outcome()
      if (ended === 'cut') continue
      if ('answer' in ended) this.#reports.push({ id: call.id, answer: ended.answer })
      else {
        if (isBroken(ended.error)) this.#file.drop()
        this.#reports.push({ id: call.id, error: toPlain(storageError(this.#settings.file, ended.error)) })
      }
    }
  }

  /** Another process holds the lock: those that have waited long enough are told. */
  #expire(error: unknown): void {
    const until = elapsed() - this.#settings.busyTimeoutMs
    this.#end(
      this.#takeOut(({ since, call }) => since <= until && call.verb !== 'close'),
      () => ({ error }),
    )
  }

  #takeOut(wanted: (one: Waiting) => boolean): Waiting[] {
    const found = this.#waiting.filter((one) => one.call.verb !== 'close' && wanted(one))
    if (found.length > 0) this.#waiting = this.#waiting.filter((one) => !found.includes(one))
    return found
  }

  #planCheckpoint(): void {
    this.#checkpoint ??= setTimeout(() => {
      this.#checkpoint = null
      try {
        if (this.#file.database && !this.#file.checkpoint()) this.#planCheckpoint()
      } catch {
        // Locked, or broken: the next write plans another, or says so.
      }
    }, CHECKPOINT_AFTER_MS).unref()
  }

  #close(): void {
    this.#watcher.stop()
    if (this.#checkpoint) clearTimeout(this.#checkpoint)
    this.#checkpoint = null
    this.#file.drop()
    if (!this.#file.settle()) return
    for (const { call } of this.#waiting.splice(0)) this.#reports.push({ id: call.id, answer: null })
  }
}

const readOne = (database: Database, one: Waiting): Outcome => {
  try {
    return { answer: one.start(database) }
  } catch (error) {
    return { error }
  }
}
