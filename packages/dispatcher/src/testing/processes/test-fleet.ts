import { onTestFinished } from 'vitest'
import { createDispatcher } from '../../create-dispatcher.js'
import { densest, startReceiver } from './arrivals.js'
import { CONCURRENCY, type SharedStorage } from './shared-storage.js'
import { until } from './until.js'
import { WorkerProcesses } from './worker-processes.js'

/** How long a process that was killed keeps its lanes. */
export const LEASE_MS = 6_000

/** No measure of anything: what ends a test whose processes are stuck. The waits in it end when nothing moves. */
export const STUCK = { timeout: 1_800_000 }

/** What a fleet is to be like. */
export interface FleetSettings {
  readonly subscriptions: number
  readonly rateLimit: { limit: number; windowMs: number }
  /** Default `LEASE_MS`. */
  readonly leaseMs?: number
}

/** A receiver, subscriptions to it, and worker processes on one storage; all of it is gone when the test ends. */
export const startTestFleet = async (
  shared: SharedStorage,
  { subscriptions, rateLimit, leaseMs = LEASE_MS }: FleetSettings,
) => {
  onTestFinished(() => shared.cleanup())
  const receiver = await startReceiver()
  onTestFinished(() => receiver.close())
  const webhooks = createDispatcher({
    storage: await shared.open(),
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
  })
  onTestFinished(() => webhooks.stop())
  /** Each subscription's path, and the first event that it must see. */
  const paths = new Map<string, number>()
  const subscribe = async (): Promise<void> => {
    const path = `/${paths.size}`
    await webhooks.subscriptions.create({ appName: path, url: `${receiver.url}${path}`, events: ['order.*'] })
    paths.set(path, workers.begun)
  }
  const { location } = shared
  const workers = new WorkerProcesses(shared, { location, rateLimit, concurrency: CONCURRENCY, leaseMs })
  onTestFinished(async () => {
    while (await workers.kill(0));
  })
  for (let index = 0; index < subscriptions; index += 1) await subscribe()
  const { arrivals } = receiver

  return {
    arrivals,
    webhooks,
    workers,
    /** One more subscription, to everything that is dispatched from now on. */
    subscribe,
    /**
     * Has one event dispatched every so often, until `most` are accepted, what is told to a process that dies included. Answers
     * how to end it before.
     */
    load: (everyMs: number, most: number): (() => void) => {
      const timer = setInterval(() => {
        if (workers.accepted.size < most) workers.dispatch()
      }, everyMs)
      const stop = () => clearInterval(timer)
      onTestFinished(stop)
      return stop
    },
    /** How many deliveries of what was accepted have not arrived. */
    missing: (): number => {
      const arrived = new Set(arrivals.map(({ path, n }) => `${path} ${n}`))
      const accepted = [...workers.accepted.keys()]
      const missed = ([path, from]: [string, number]) =>
        accepted.filter((n) => n >= from && !arrived.has(`${path} ${n}`)).length
      return [...paths].reduce((sum, entry) => sum + missed(entry), 0)
    },
    /** The most that any one subscription saw in any window of the rate limit. */
    densest: (): number =>
      Math.max(
        ...[...paths.keys()].map((path) =>
          densest(
            arrivals.filter((one) => one.path === path),
            rateLimit.windowMs,
          ),
        ),
      ),
    /** Waits for as long as something arrives or is accepted. */
    until: (what: string, done: () => boolean) =>
      until(what, done, () => `${arrivals.length} arrivals, ${workers.accepted.size} accepted`),
  }
}
