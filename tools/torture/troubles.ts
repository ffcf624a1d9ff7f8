import { setTimeout as sleep } from 'node:timers/promises'
import type { WorkerSettings } from '@swigs/webhooks-dispatcher/processes'
import { FAULT_POINTS, type FaultMoment, type FaultPoint } from '@swigs/webhooks-dispatcher/testing'
import type { ShiftedClock } from './shifted-clock.js'
import { LEASE_MS, RATE_LIMIT, type Fleet } from './fleet.js'
import type { Random } from './random.js'
import type { StoreTrouble } from './stores/store.js'
import type { Temper } from './temper.js'

/** What a round has to make trouble with. */
export interface Stage {
  /** Told what is done, as it is done. */
  readonly log: (line: string) => void
  readonly fleet: Fleet
  readonly random: Random
  readonly victim: string
  readonly clock: ShiftedClock | null
  /** Nobody is started before then: resolves when that is over. */
  quiet: Promise<void>
}

/** Something that happens to a fleet. It may go on in the background; `run` resolves when the next may begin. */
export interface Trouble {
  readonly name: string
  readonly weight: number
  /** Of troubles of one kind, one is under way at a time; default its name. */
  readonly kind?: string
  /** Whether all that has begun has to be over before. */
  readonly alone?: boolean
  run(stage: Stage): Promise<{ readonly over: Promise<void> } | void>
}

const POINTS = (Object.keys(FAULT_POINTS) as FaultPoint[]).filter((point) => point !== 'wake')
const MOMENTS: readonly FaultMoment[] = ['before', 'during', 'after']

const settingsOf = (random: Random): Partial<WorkerSettings> => {
  const own: Temper = { badPlugIns: random.int(0, 3) === 0, badStore: random.int(0, 3) === 0 }
  return { own }
}

/** One more process, good or bad. */
export const spawnOne = async ({ fleet, random, quiet }: Stage, over: Partial<WorkerSettings> = {}) => {
  const settings = { ...settingsOf(random), ...over }
  await quiet
  const worker = await fleet.spawn(settings)
  // One that loses answers repeats what it has sent.
  const { badStore, badPlugIns } = (settings.own ?? {}) as Temper
  if (badStore || badPlugIns) for (let times = 0; times < 3; times += 1) fleet.disturb(worker.name)
  return worker
}

/** How many processes there may be before one is killed and not replaced. */
const MOST = 6

const killAtRandom: Trouble = {
  name: 'a process is killed at random',
  weight: 40,
  run: async (stage) => {
    const { fleet, random } = stage
    if (fleet.size <= MOST) await spawnOne(stage)
    await sleep(random.int(50, 500))
    if (fleet.ready.length > 0) await random.pick(fleet.ready).kill()
  },
}

const dieAtBoundary: Trouble = {
  name: 'a process dies at a boundary',
  weight: 40,
  run: async (stage) => {
    const { random } = stage
    const fault = {
      point: random.pick(POINTS),
      moment: random.pick(MOMENTS),
      visit: random.int(1, 3),
      delayMs: random.int(0, 4),
    }
    // One that never comes there lives on, until it is killed at random.
    await spawnOne(stage, { fault })
    await sleep(random.int(50, 500))
  },
}

const standStill: Trouble = {
  name: 'a process stands still past its lease',
  weight: 6,
  run: async ({ fleet, random }) => {
    if (fleet.ready.length < 2) return
    const worker = random.pick(fleet.ready)
    fleet.disturb(worker.name)
    const goOn = worker.freeze()
    const over = sleep(LEASE_MS + random.int(100, 2_000)).then(goOn)
    return { over }
  },
}

const HOUR_MS = 3_600_000

const stepClock: Trouble = {
  name: 'the clock is set',
  weight: 8,
  run: async (stage) => {
    const { clock, random, fleet } = stage
    if (!clock) return
    await fleet.allReady()
    clock.set(random.pick([-HOUR_MS, HOUR_MS, -5_000, 5_000, 0]))
    // Whoever starts within a window after that cannot know what the one before held: the docs say so.
    stage.quiet = sleep(RATE_LIMIT.windowMs * 2)
    await stage.quiet
  },
}

const ofStore = (trouble: StoreTrouble): Trouble => ({
  ...trouble,
  kind: 'store',
  alone: trouble.nobodyOpens ?? false,
  run: async (stage) => {
    const { fleet, random, victim } = stage
    if (trouble.nobodyOpens) await fleet.allReady()
    fleet.disturbAll()
    const over = trouble.run(random, victim).then(() => fleet.disturbAll())
    if (!trouble.nobodyOpens) return { over }
    await over
  },
})

/** All that can happen in a round. */
export const troublesFor = (store: readonly StoreTrouble[], clock: ShiftedClock | null): Trouble[] => [
  killAtRandom,
  dieAtBoundary,
  standStill,
  ...store.map(ofStore),
  ...(clock ? [stepClock] : []),
]
