import { createDispatcher, type DispatcherOptions, type ObservedEvent } from '../src/index.js'
import { memoryStorage } from '../src/adapters/memory-storage.js'
import { fakeClock } from '../src/testing/fake-clock.js'
import { recordingTransport, type Respond } from '../src/testing/recording-transport.js'

export const MINUTE = 60_000
export const SECRET = 'planted-secret-planted-secret-planted'

/** Something that waits until the test lets it go on. */
export const gate = () => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open: () => open(), opened }
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
