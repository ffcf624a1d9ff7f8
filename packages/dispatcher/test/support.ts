import { createDispatcher, type DispatcherOptions, type ObservedEvent } from '../src/index.js'
import { memoryStorage } from '../src/adapters/memory-storage.js'
import type { Storage } from '../src/ports/storage/storage.js'
import { fakeClock } from '../src/testing/fake-clock.js'
import type { LaneState } from '../src/core/lane.js'
import { recordingTransport, type Respond } from '../src/testing/recording-transport.js'

export const MINUTE = 60_000
export const SECRET = 'planted-secret-planted-secret-planted'

/** A lane as it is stored; `null` where there is none. */
export const laneOf = async (storage: Storage, id: string): Promise<LaneState | null> => {
  const query = { token: 'nobody', now: 0, leaseMs: 1, limit: 0, subscriptionIds: [id] }
  return (await storage.lanes.acquire(query)).others[0] ?? null
}

/** Something that waits until the test lets it go on. */
export const gate = () => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open: () => open(), opened }
}

/** Memory storage whose next reading of subscriptions, once asked for, is answered when it is let go on. */
export const slowToRead = () => {
  const storage = memoryStorage()
  const read = gate()
  let held = false
  const get: Storage['subscriptions']['get'] = async (ids) => {
    const found = await storage.subscriptions.get(ids)
    if (held) {
      held = false
      await read.opened
    }
    return found
  }
  return {
    storage: { ...storage, subscriptions: { ...storage.subscriptions, get } } satisfies Storage,
    holdNext: () => void (held = true),
    /** Nobody has read since. */
    isAwaited: () => held,
    goOn: read.open,
  }
}

/** A dispatcher on memory, a fake clock and a recording transport; jitter off. */
export const setUp = (options: Partial<DispatcherOptions> & { respond?: Respond } = {}) => {
  const { respond, ...rest } = options
  const clock = fakeClock()
  const observed: ObservedEvent[] = []
  const sentAt: number[] = []
  const transport = recordingTransport((request, index) => {
    sentAt.push(clock.now())
    return respond ? respond(request, index) : 200
  })
  const storage = memoryStorage()
  const webhooks = createDispatcher({
    storage,
    transport,
    clock,
    retry: { jitter: 0 },
    network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    observer: (event) => observed.push(event),
    ...rest,
  })
  const subscribe = (over: object = {}) =>
    webhooks.subscriptions.create({
      appName: 'swigs-workflow',
      url: 'https://workflow.example.com/hooks',
      events: ['*'],
      appSecret: SECRET,
      ...over,
    })
  return { webhooks, clock, transport, storage, observed, sentAt, subscribe }
}
