import { createDispatcher, type ObservedEvent, type Storage } from '@swigs/webhooks-dispatcher'
import { fakeClock, recordingTransport } from '@swigs/webhooks-dispatcher/testing'
import { swigsEvents } from '@swigs/webhooks-protocol'

export const SECRET = 'planted-secret-planted-secret-planted'
export const HEADER_SECRET = 'Bearer planted-header-credential'
export const SITE = '65a000000000000000000003'

/** The body of the seed's `curl` line. */
export const registration = {
  appName: 'swigs-workflow',
  appSecret: SECRET,
  url: 'https://workflow.swigs.online/api/webhooks/cms',
  events: ['order.created', 'order.paid', 'order.shipped', 'customer.created'],
  filters: {},
}

export const customer = { customerId: 'c1', email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' }

/** A dispatcher whose receivers answer as they are told, and whose time is told. */
export const dispatcherOn = (storage: Storage) => {
  const clock = fakeClock()
  const observed: ObservedEvent[] = []
  const receiver = { status: 200, body: 'thank you' }
  const transport = recordingTransport(() => ({
    kind: 'response',
    statusCode: receiver.status,
    retryAfter: null,
    body: receiver.body,
    truncated: false,
  }))
  const webhooks = createDispatcher({
    storage,
    events: swigsEvents,
    transport,
    clock,
    retry: { delaysMs: [60_000], jitter: 0 },
    rateLimit: false,
    network: {
      resolve: async (name) => [
        { address: name.startsWith('inside') ? '10.0.0.1' : '93.184.215.14', family: 4 },
      ],
    },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    observer: (event) => observed.push(event),
  })
  return { webhooks, clock, observed, receiver, transport }
}

export type World = ReturnType<typeof dispatcherOn>
