import { setTimeout as sleep } from 'node:timers/promises'
import { createDispatcher, type DeliveryView, type SubscriptionView } from '@swigs/webhooks-dispatcher'
import { startReceiver } from '@swigs/webhooks-dispatcher/processes'
import { accountFor, recoveryTimes, type Account } from './accounts.js'
import { patiently, settled } from './settled.js'
import { Fleet, RATE_LIMIT, type Kill } from './fleet.js'
import { randomFrom, type Random } from './random.js'
import { answerByPath, HEALTHY, HOSTILE, RARE, USUAL, VICTIM } from './receivers.js'
import { shiftedClock } from './shifted-clock.js'
import type { TortureBed } from './stores/store.js'
import { spawnOne, troublesFor, type Stage } from './troubles.js'

/** How much of it a round has. */
export interface RoundSize {
  /** Processes that are wanted at a time. */
  readonly processes: number
  /** How many troubles come one after the other. */
  readonly troubles: number
  /** Ms between two events. */
  readonly eventEveryMs: number
  /** Whether the clock is set in every round, where it can be; default in a third of them. */
  readonly clock?: boolean
}

/** What came of a round. */
export interface RoundReport extends Account {
  readonly seed: number
  readonly accepted: number
  readonly arrived: number
  readonly kills: readonly Kill[]
  /** How often each trouble came. */
  readonly troubles: Readonly<Record<string, number>>
  /** Ms, for each healthy lane that lost its process: until its next request. */
  readonly recoveryMs: readonly number[]
}

/** What is done, as it is done: `TORTURE_LOG=1`. */
const LOG = process.env['TORTURE_LOG']
  ? (line: string) => console.log(`${new Date().toISOString()} ${line}`)
  : () => undefined

/** One event in so many is for everybody. */
const RARE_ONE_IN = 40

/** Deliveries that may wait before no more events come: a machine that is busy elsewhere is not to be buried. */
const MOST_WAITING = 2_000

const loadFleet = (fleet: Fleet, everyMs: number, arrived: () => number): (() => void) => {
  let count = 0
  const timer = setInterval(() => {
    if (fleet.accepted.size * HEALTHY.length - arrived() > MOST_WAITING) return
    fleet.dispatch(++count % RARE_ONE_IN === 0 ? RARE : USUAL)
  }, everyMs)
  return () => clearInterval(timer)
}

/** Troubles one after the other, some of which overlap. */
const makeTrouble = async (stage: Stage, troubles: ReturnType<typeof troublesFor>, size: RoundSize) => {
  const { fleet, random } = stage
  const counts: Record<string, number> = {}
  const underWay = new Map<string, Promise<void>>()
  for (let index = 0; index < size.troubles; index += 1) {
    while (fleet.size < size.processes) await spawnOne(stage)
    await fleet.readyAtLeast(2)
    const trouble = random.weighted(troubles)
    const kind = trouble.kind ?? trouble.name
    if (underWay.has(kind)) continue
    if (trouble.alone) await Promise.all(underWay.values())
    counts[trouble.name] = (counts[trouble.name] ?? 0) + 1
    stage.log(trouble.name)
    const { over } = (await trouble.run(stage)) ?? {}
    if (over)
      underWay.set(
        kind,
        over.finally(() => underWay.delete(kind)),
      )
    await sleep(random.int(50, 700))
  }
  await Promise.all(underWay.values())
  return counts
}

/** One fleet on one fresh store, from the first trouble until all is quiet again; and then the accounts. */
export const runRound = async (bed: TortureBed, seed: number, size: RoundSize): Promise<RoundReport> => {
  const random: Random = randomFrom(seed)
  const { shared, troubles } = await bed.fresh(random)
  const clock = random.int(0, 2) === 0 || size.clock ? shiftedClock() : null
  const receiver = await startReceiver(answerByPath)
  const webhooks = createDispatcher({
    storage: await shared.open(),
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
  })
  const fleet = new Fleet(shared, clock?.env)
  try {
    const ids = new Map<string, string>()
    for (const path of [...HEALTHY, ...Object.keys(HOSTILE), VICTIM]) {
      const events = HEALTHY.includes(path) ? ['order.*'] : [RARE]
      const made = await webhooks.subscriptions.create({ appName: path, url: receiver.url + path, events })
      ids.set(path, made.id)
    }
    const stage: Stage = {
      log: LOG,
      fleet,
      random,
      clock,
      victim: ids.get(VICTIM) ?? '',
      quiet: Promise.resolve(),
    }
    await (
      await fleet.spawn()
    ).ready
    const stopLoad = loadFleet(fleet, size.eventEveryMs, () => receiver.arrivals.length)
    const counts = await makeTrouble(stage, troublesFor(troubles, clock), size)
    stopLoad()
    await fleet.killAll()
    clock?.set(0)
    // As after each step: whoever starts now does not know what the window before it held.
    if (clock) await sleep(RATE_LIMIT.windowMs * 2)
    await Promise.all([fleet.spawn(), fleet.spawn()])
    for (let index = 0; index < 20; index += 1) fleet.dispatch(RARE)
    await settled({ webhooks, arrivals: receiver.arrivals, ids: [...ids.values()] })
    await fleet.stop()
    const subscriptions = new Map<string, SubscriptionView>()
    const deliveries = new Map<string, DeliveryView[]>()
    for (const [path, id] of ids) {
      subscriptions.set(path, await patiently(() => webhooks.subscriptions.get(id)))
      deliveries.set(path, await patiently(() => allDeliveries(webhooks, id)))
    }
    const remains = {
      fleet,
      arrivals: receiver.arrivals,
      subscriptions,
      deliveries,
      exactStatistics: bed.exactStatistics,
    }
    return {
      seed,
      accepted: fleet.accepted.size,
      arrived: receiver.arrivals.length,
      kills: fleet.kills,
      troubles: counts,
      recoveryMs: recoveryTimes(remains),
      ...accountFor(remains),
    }
  } finally {
    await fleet.killAll()
    await webhooks.stop()
    receiver.close()
    clock?.remove()
    await shared.cleanup()
  }
}

const allDeliveries = async (
  webhooks: ReturnType<typeof createDispatcher>,
  subscriptionId: string,
): Promise<DeliveryView[]> => {
  const found: DeliveryView[] = []
  let cursor: string | undefined
  do {
    const page = await webhooks.deliveries.list({ subscriptionId, limit: 100, cursor })
    found.push(...page.items)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return found
}
