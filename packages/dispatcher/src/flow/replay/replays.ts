import type { Replay, ReplayScope } from '../../core/replay.js'
import { countLooks, type Counted } from '../lists/look.js'
import { failedSlice } from './failed-slice.js'
import { matchingSlice } from './matching-slice.js'
import type { ReplayParts, ReplaySlice } from './replay-parts.js'

/** Events come with their bodies. */
const EVENTS_A_SLICE = 100
const DELIVERIES_A_SLICE = 500
const RUNNING_AT_A_TIME = 20

/** Sends times again, a slice at a time: whoever dies in the middle leaves it to the next, who goes on from the last slice. */
export class Replays {
  readonly #parts: ReplayParts

  constructor(parts: ReplayParts) {
    this.#parts = parts
  }

  /** How many deliveries it would send, as far as that can be told at once. `all`: however many there are. */
  count(scope: ReplayScope, { all = false } = {}): Promise<Counted> {
    const look = (after: Replay['cursor']) => this.#slice(scope, after, false)
    return countLooks(look, all ? Infinity : undefined)
  }

  /** Stores one. `held`: the caller works it off by `run`; otherwise it is whoever's looks next. */
  async begin(scope: ReplayScope, counted: Counted, { held = false } = {}): Promise<Replay> {
    const { storage, ids } = this.#parts.context
    const replay: Replay = {
      ...scope,
      id: ids.replayId(),
      revision: ids.token(),
      state: 'running',
      total: counted.count,
      atLeast: counted.atLeast,
      done: 0,
      sent: 0,
      cursor: null,
      leaseUntil: 0,
      ...(held && this.#lease()),
      finishedAt: null,
    }
    await storage.replays.put({ replay, expected: null })
    return replay
  }

  /** Works off what is unfinished and nobody's; answers how many slices that took. */
  async work(stopping: () => boolean): Promise<number> {
    const { storage } = this.#parts.context
    let slices = 0
    let after: Replay['cursor'] = null
    for (;;) {
      const page: Replay[] = await storage.replays.list({ running: true, after, limit: RUNNING_AT_A_TIME })
      for (const each of page) {
        const replay = stopping() ? null : await this.#take(each)
        if (replay) slices += (await this.run(replay, stopping)).slices
      }
      const last = page.at(-1)
      if (!last || stopping()) return slices
      after = { at: last.createdAt, id: last.id }
    }
  }

  /** Works off one that this process holds, until it is done or somebody has changed it; answers it as it is then. */
  async run(held: Replay, stopping: () => boolean): Promise<{ replay: Replay; slices: number }> {
    const { clock, observe } = this.#parts.context
    let slices = 0
    let replay = held
    while (replay.state === 'running') {
      if (stopping()) {
        await this.#put(replay, { leaseUntil: 0 })
        break
      }
      const { found, after }: ReplaySlice = await this.#slice(replay, replay.cursor, true)
      slices += 1
      const done = replay.done + found
      const total = Math.max(replay.total, done)
      const ended = { state: 'done', finishedAt: clock.now(), leaseUntil: 0, total, atLeast: false } as const
      const progress = { done, sent: replay.sent + found, cursor: after, ...this.#lease() }
      const written = await this.#put(replay, { ...progress, ...(after === null && ended) })
      if (!written) break
      replay = written
    }
    if (replay.state === 'done')
      observe({ name: 'replay.changed', replayId: replay.id, change: 'done', sent: replay.sent, actor: null })
    return { replay, slices }
  }

  async #take(replay: Replay): Promise<Replay | null> {
    const { clock } = this.#parts.context
    const leftMs = replay.leaseUntil - clock.now()
    // A lease that reaches further than any was written for comes from a clock that was wrong.
    if (leftMs > 0 && leftMs <= this.#leaseMs) return null
    return this.#put(replay, this.#lease())
  }

  /** For a slice; what is repeated, if another took over meanwhile, changes nothing twice. */
  get #leaseMs(): number {
    return 2 * this.#parts.context.settings.leaseMs
  }

  #lease(): Pick<Replay, 'leaseUntil'> {
    return { leaseUntil: this.#parts.context.clock.now() + this.#leaseMs }
  }

  /** Answers it as it is stored then; `null` where somebody has changed it. */
  async #put(before: Replay, patch: Partial<Replay>): Promise<Replay | null> {
    const { storage, ids } = this.#parts.context
    const replay: Replay = { ...before, ...patch, revision: ids.token() }
    return (await storage.replays.put({ replay, expected: before.revision })) ? replay : null
  }

  #slice(scope: ReplayScope, after: Replay['cursor'], apply: boolean): Promise<ReplaySlice> {
    if (scope.which === 'failed')
      return failedSlice(this.#parts, scope, { after, limit: DELIVERIES_A_SLICE, apply })
    return matchingSlice(this.#parts, scope, { after, limit: EVENTS_A_SLICE, apply })
  }
}
