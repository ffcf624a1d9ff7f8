import { createDispatcher, type Storage } from '@swigs/webhooks-dispatcher'
import { densest, Fleet, startReceiver } from './harness.js'

/** A storage that several processes can have. */
export interface SharedStorage {
  /** Module whose `openStorage(location)` makes a handle, for other processes. */
  readonly storageModule: string
  readonly location: string
  open(): Promise<Storage>
  cleanup(): Promise<void>
}

/** Requests in flight in each process of a fleet. */
export const CONCURRENCY = 10
export const LEASE_MS = 6_000

/** A receiver, subscriptions to it, and a fleet of processes on one storage. */
export const begin = async (
  share: () => Promise<SharedStorage>,
  subscriptions: number,
  rateLimit: { limit: number; windowMs: number },
) => {
  const shared = await share()
  const receiver = await startReceiver()
  const webhooks = createDispatcher({
    storage: await shared.open(),
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
  })
  const paths = Array.from({ length: subscriptions }, (_, index) => `/${index}`)
  for (const path of paths)
    await webhooks.subscriptions.create({ appName: path, url: `${receiver.url}${path}`, events: ['order.*'] })
  const { storageModule, location } = shared
  const fleet = new Fleet(storageModule, { location, rateLimit, concurrency: CONCURRENCY, leaseMs: LEASE_MS })
  /** What was accepted and has not arrived at every subscription. */
  const missing = () => {
    const arrived = new Set(receiver.arrivals.map(({ path, n }) => `${path} ${n}`))
    return paths.flatMap((path) => [...fleet.accepted.keys()].filter((n) => !arrived.has(`${path} ${n}`)))
  }
  /** The most that any one subscription saw in any window. */
  const most = (windowMs: number) =>
    Math.max(
      ...paths.map((path) =>
        densest(
          receiver.arrivals.filter((one) => one.path === path),
          windowMs,
        ),
      ),
    )
  const end = async () => {
    await webhooks.stop()
    receiver.close()
    await shared.cleanup()
  }
  return { receiver, webhooks, fleet, missing, most, end }
}
