import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import type { OpenInput } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Call, EngineSettings, Report } from '../engine/messages.js'
import { fromPlain } from '../errors.js'
import type { VerbAnswer, VerbInput, VerbName } from '../stores/verbs.js'
import type { Link, Listener } from './link.js'

/** Calls that wait at a time; beyond that a storage that stands still would fill the memory. */
const MOST_WAITING = 10_000

/** What a client needs beside the engine's settings. */
export interface ClientSettings extends Omit<EngineSettings, 'opened'> {
  /** How long a call may take, ms; for `open`, how long without a sign of progress. */
  readonly operationTimeoutMs: number
  readonly connect: (settings: EngineSettings, listener: Listener) => Promise<Link>
}

interface Asked {
  readonly verb: Call['verb']
  since: number
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * The app's end: every call is bounded in time and number, goes in one message with the others of its turn, and rejects when
 * the engine is lost; the next call has a new one.
 *
 * Not a library: birpc takes 8 µs of CPU a call where this takes 3 (4 when its messages are gathered by hand), and neither it nor
 * comlink keeps classes of errors, or holds the process just while something is asked for.
 */
export class Client {
  readonly #settings: ClientSettings
  readonly #asked = new Map<number, Asked>()
  #report: OpenInput['report']
  #hints = new Set<() => void>()
  #outbox: Call[] = []
  #link: Promise<Link> | null = null
  #held: Link | null = null
  #lookout: NodeJS.Timeout | null = null
  #opened = false
  #last = 0
  /** Asked and not yet answered, also where nobody waits for it any more. */
  #unanswered = 0

  constructor(settings: ClientSettings) {
    this.#settings = settings
  }

  async open({ report }: OpenInput = {}): Promise<void> {
    this.#report = report
    if (this.#opened) return
    await this.#ask('open', null)
    this.#opened = true
  }

  async close(): Promise<void> {
    const link = this.#link
    this.#opened = false
    if (!link) return
    // What does not close by itself, as it waits for a lock, ends with its thread.
    await this.#ask('close', null).catch(() => undefined)
    if (this.#link !== link) return
    this.#lose('the storage was closed')
    await (await link).end()
  }

  async call<N extends VerbName>(verb: N, input: VerbInput<N>): Promise<VerbAnswer<N>> {
    if (!this.#opened) throw this.#unavailable('is closed. Call open() first.')
    return (await this.#ask(verb, input)) as VerbAnswer<N>
  }

  /** Calls `onHint` when another process has announced work. Answers how to stop. */
  async watch(onHint: () => void): Promise<() => Promise<void>> {
    const hint = () => onHint()
    this.#hints.add(hint)
    await this.#ask('watch', null)
    return async () => {
      this.#hints.delete(hint)
      if (this.#hints.size === 0 && this.#opened) await this.#ask('unwatch', null)
    }
  }

  #ask(verb: Call['verb'], input: unknown): Promise<unknown> {
    if (this.#unanswered >= MOST_WAITING)
      return Promise.reject(this.#unavailable(`has ${MOST_WAITING} calls waiting already.`))
    return new Promise((resolve, reject) => {
      const id = ++this.#last
      this.#asked.set(id, { verb, since: performance.now(), resolve, reject })
      this.#unanswered += 1
      this.#outbox.push({ id, verb, input })
      if (this.#outbox.length === 1) setImmediate(() => void this.#post())
      this.#hold()
    })
  }

  async #post(): Promise<void> {
    try {
      const link = await this.#connected()
      if (this.#outbox.length > 0) link.post(this.#outbox.splice(0))
    } catch (error) {
      this.#lose((error as Error).message)
    }
  }

  #connected(): Promise<Link> {
    if (this.#link) return this.#link
    const { file, busyTimeoutMs, driver, from, connect } = this.#settings
    const settings = { file, busyTimeoutMs, driver, from, opened: this.#opened }
    const link = connect(settings, {
      hear: (reports) => this.#hear(reports),
      lost: (why) => this.#link === link && this.#lose(why),
    })
    if (this.#hints.size > 0) this.#outbox.unshift({ id: 0, verb: 'watch', input: null })
    this.#link = link
    void link.then(
      (held) => {
        if (this.#link === link) this.#held = held
        this.#hold()
        // Whatever was announced while nobody listened.
        this.#hint()
      },
      () => undefined,
    )
    return link
  }

  #hear(reports: readonly Report[]): void {
    for (const report of reports)
      if ('id' in report) this.#settle(report)
      else if ('malformed' in report) quietly(() => this.#report?.malformed(report.malformed))
      else if ('hint' in report) this.#hint()
      else for (const asked of this.#asked.values()) asked.since = performance.now()
    this.#hold()
  }

  #hint(): void {
    for (const hint of this.#hints) quietly(hint)
  }

  #settle(report: Extract<Report, { id: number }>): void {
    if (report.id > 0) this.#unanswered -= 1
    const asked = this.#asked.get(report.id)
    this.#asked.delete(report.id)
    if ('answer' in report) asked?.resolve(report.answer)
    else asked?.reject(fromPlain(report.error))
  }

  /** The engine is gone, and with it whatever it was asked. */
  #lose(why: string): void {
    this.#link = null
    this.#held = null
    this.#outbox = []
    this.#unanswered = 0
    const asked = [...this.#asked.values()]
    this.#asked.clear()
    this.#hold()
    for (const { reject, verb } of asked)
      reject(
        this.#unavailable(
          `lost its thread during ${verb} (${why}); whether that was done is not known. The call can be repeated.`,
        ),
      )
  }

  /** While something is asked for, the process lives, and the time is looked at. */
  #hold(): void {
    if (this.#asked.size === 0) {
      this.#held?.letGo()
      if (this.#lookout) clearInterval(this.#lookout)
      this.#lookout = null
      return
    }
    this.#held?.hold()
    const everyMs = Math.max(1, Math.min(this.#settings.operationTimeoutMs / 4, 250))
    this.#lookout ??= setInterval(() => this.#expire(), everyMs)
  }

  #expire(): void {
    const until = performance.now() - this.#settings.operationTimeoutMs
    for (const [id, { verb, since, reject }] of this.#asked) {
      // Asked in this order: those after it have waited for less.
      if (since > until) break
      this.#asked.delete(id)
      reject(
        this.#unavailable(
          `did not answer ${verb} within ${this.#settings.operationTimeoutMs} ms (operationTimeoutMs); whether it was done is ` +
            'not known. The call can be repeated.',
        ),
      )
    }
    this.#hold()
  }

  #unavailable(problem: string): StorageUnavailableError {
    return new StorageUnavailableError(`The SQLite file ${this.#settings.file} ${problem}`)
  }
}

/** What a listener throws is its own affair. */
const quietly = (listener: () => void): void => {
  try {
    listener()
  } catch {
    // The caller gave it, and has its own ways to learn of its faults.
  }
}
