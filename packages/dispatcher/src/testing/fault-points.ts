import { verbsOf } from '../core/verbs-of.js'
import type { Storage } from '../ports/storage/storage.js'
import type { Transport } from '../ports/transport.js'

/** The boundaries at which something can be made to happen: calls of a storage, and the one that sends. */
export const FAULT_POINTS = {
  migrate: 'open',
  accept: 'events.append',
  'fan-out': 'events.fanOut',
  acquire: 'lanes.acquire',
  extend: 'lanes.extend',
  load: 'lanes.upcoming',
  complete: 'lanes.complete',
  release: 'lanes.release',
  wake: 'lanes.wake',
  prune: 'maintenance.prune',
  repair: 'maintenance.repair',
  send: 'transport.send',
} as const

/** The name of a boundary. */
export type FaultPoint = keyof typeof FAULT_POINTS

/** `before` the call is made, `during` it, `after` it was done and before its answer is seen. */
export type FaultMoment = 'before' | 'during' | 'after'

/** A boundary that is being crossed. */
export interface FaultVisit {
  readonly point: FaultPoint
  readonly moment: FaultMoment
}

/**
 * Called at each boundary. `before` and `after` wait for what it answers, so that it can delay or hang a call; what it throws there
 * is thrown instead of making the call, or instead of its answer. `during` waits for nothing.
 */
export type FaultHook = (visit: FaultVisit) => void | Promise<void>

const points = Object.entries(FAULT_POINTS) as [FaultPoint, string][]

type Call = (...args: never[]) => Promise<unknown>

const crossing = <F extends Call>(point: FaultPoint, call: F, hook: FaultHook): F =>
  (async (...args: Parameters<F>) => {
    await hook({ point, moment: 'before' })
    const answer = call(...args)
    void hook({ point, moment: 'during' })
    const seen = await answer
    await hook({ point, moment: 'after' })
    return seen
  }) as F

/** The same storage, calling `hook` at each boundary of `FAULT_POINTS`. Nothing else changes. */
export const storageWithFaults = (storage: Storage, hook: FaultHook): Storage => {
  const group = <G extends object>(noun: string, verbs: G): G => {
    const own = new Map(
      points.flatMap(([point, path]) => (path.startsWith(`${noun}.`) ? [[path, point]] : [])),
    )
    const bound = verbsOf(verbs).map((verb) => {
      const method = (Reflect.get(verbs, verb) as Call).bind(verbs)
      const point = own.get(`${noun}.${verb}`)
      return [verb, point ? crossing(point, method, hook) : method]
    })
    return Object.fromEntries(bound) as G
  }
  return {
    name: storage.name,
    open: crossing('migrate', storage.open.bind(storage), hook),
    close: () => storage.close(),
    now: () => storage.now(),
    ...(storage.watch && { watch: storage.watch.bind(storage) }),
    ...(storage.newSubscriptionId && { newSubscriptionId: storage.newSubscriptionId.bind(storage) }),
    subscriptions: storage.subscriptions,
    deliveries: storage.deliveries,
    events: group('events', storage.events),
    lanes: group('lanes', storage.lanes),
    maintenance: group('maintenance', storage.maintenance),
  }
}

/** The same transport, calling `hook` around each request. */
export const transportWithFaults = (transport: Transport, hook: FaultHook): Transport => ({
  send: crossing('send', transport.send.bind(transport), hook),
  close: () => transport.close(),
})
