import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { onTestFinished } from 'vitest'
import { densest, startReceiver } from './arrivals.js'
import type { SharedStorage } from './shared-storage.js'
import { until } from './until.js'
import { WorkerProcesses } from './worker-processes.js'

/** Requests in flight in each process of a fleet. */
export const CONCURRENCY = 10
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
  const paths = Array.from({ length: subscriptions }, (_, index) => `/${index}`)
  for (const path of paths)
    await webhooks.subscriptions.create({ appName: path, url: `${receiver.url}${path}`, events: ['order.*'] })
  const { location } = shared
  const workers = new WorkerProcesses(shared, { location, rateLimit, concurrency: CONCURRENCY, leaseMs })
  onTestFinished(async () => {
    while (await workers.kill(0));
  })
  const { arrivals } = receiver

  return {
    arrivals,
    webhooks,
    workers,
    /** Has one event dispatched every so often, until `most` are accepted, what is told to a process that dies included. */
    load: (everyMs: number, most: number): void => {
      const timer = setInterval(() => {
        if (workers.accepted.size < most) workers.dispatch()
      }, everyMs)
      onTestFinished(() => clearInterval(timer))
    },
    /** How many deliveries of what was accepted have not arrived. */
    missing: (): number => {
      const arrived = new Set(arrivals.map(({ path, n }) => `${path} ${n}`))
      const accepted = [...workers.accepted.keys()]
      return paths.reduce((sum, path) => sum + accepted.filter((n) => !arrived.has(`${path} ${n}`)).length, 0)
    },
    /** The most that any one subscription saw in any window of the rate limit. */
    densest: (): number =>
      Math.max(
        ...paths.map((path) =>
          densest(
            arrivals.filter((one) => one.path === path),
            rateLimit.windowMs,
          ),
        ),
      ),
    /** Waits for as long as something arrives or is accepted. */
    until: (what: string, done: () => boolean | Promise<boolean>) =>
      until(what, done, () => `${arrivals.length} arrivals, ${workers.accepted.size} accepted`),
  }
}
