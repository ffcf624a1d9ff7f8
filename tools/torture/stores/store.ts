import { setTimeout as sleep } from 'node:timers/promises'
import type { SharedStorage } from '@swigs/webhooks-dispatcher/processes'
import type { Random } from '../random.js'

/** Something that happens to a database: it begins, lasts, and ends. */
export interface StoreTrouble {
  readonly name: string
  readonly weight: number
  /** Whether nobody may open the storage meanwhile: a file that is away would be made anew. */
  readonly nobodyOpens?: boolean
  /**
   * Resolves when it is over.
   * @param victim the subscription whose rows may be broken, and are mended
   */
  run(random: Random, victim: string): Promise<void>
}

/** A database for one round, empty. */
export interface TortureStore {
  readonly shared: SharedStorage
  readonly troubles: readonly StoreTrouble[]
}

/** What the databases of a run are made on. */
export interface TortureBed {
  /** Which one it is, for the report. */
  readonly kind: string
  /** Whether its clock is the truth: then each process may have one of its own that is wrong. */
  readonly ownClock: boolean
  /** Whether outcomes and statistics are one write. */
  readonly exactStatistics: boolean
  fresh(random: Random): Promise<TortureStore>
  stop(): Promise<void>
}

/** A server that is ended as a power cut would, and started again. */
export const killedAndBack = (server: {
  cut(): Promise<unknown>
  restore(): Promise<unknown>
}): StoreTrouble => ({
  name: 'the server is killed and comes back',
  weight: 4,
  run: async (random) => {
    await server.cut()
    await sleep(random.int(100, 3_000))
    await server.restore()
  },
})
