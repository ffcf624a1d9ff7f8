import {
  createDispatcher,
  memoryStorage,
  type Dispatcher,
  type DispatcherOptions,
} from '@swigs/webhooks-dispatcher'
import { recordingTransport } from '@swigs/webhooks-dispatcher/testing'
import { swigsEvents } from '@swigs/webhooks-protocol'

export const SITE = '65a00000000000000000000a'
export const OTHER_SITE = '65a00000000000000000000b'
/** More digits than a double has. */
export const BIG_NUMBER = '12345678901234567890.123456789'

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** A dispatcher whose receivers answer as their host says: `503.example.com`, `404.example.com`, otherwise 200. */
export const dispatcherFor = (over: Partial<DispatcherOptions> = {}) => {
  const transport = recordingTransport(({ url }) => {
    const statusCode = Number(/^https:\/\/(\d{3})\./.exec(url)?.[1] ?? 200)
    const body =
      statusCode === 200 ? '{"received":true}' : `<html><body>${statusCode}: down for repair</body></html>`
    return { kind: 'response', statusCode, retryAfter: null, body, truncated: false }
  })
  const webhooks: Dispatcher = createDispatcher({
    storage: memoryStorage(),
    events: swigsEvents,
    transport,
    retry: { delaysMs: [60_000], jitter: 0 },
    rateLimit: false,
    network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
    logger: silent,
    ...over,
  })
  return { webhooks, transport }
}

/** Endpoints that are well, ill, off and limited, and what they were sent. */
export const stocked = async (over: Partial<DispatcherOptions> = {}) => {
  const { webhooks, transport } = dispatcherFor({ ...over, retry: { delaysMs: [], jitter: 0 } })
  const subscribe = async (appName: string, url: string, more: object = {}) =>
    (await webhooks.subscriptions.create({ appName, url, events: ['order.*', 'customer.*'], ...more })).id
  const well = await subscribe('workflow', 'https://workflow.example.com/hooks/cms', {
    headers: { Authorization: 'Bearer planted-credential' },
  })
  const ill = await subscribe('mailer', 'https://503.example.com/hooks', { description: 'Sends the mails' })
  const limited = await subscribe('analytics', 'https://analytics.example.com/in', {
    rateLimit: { limit: 5, windowMs: 60_000 },
  })
  const order = swigsEvents['order.created'].example
  for (let n = 0; n < 6; n += 1) await webhooks.dispatch('order.created', order, n % 2 === 0 ? SITE : null)
  await webhooks.drain()
  const paused = await subscribe('warehouse', 'https://warehouse.example.com/hooks')
  await webhooks.subscriptions.update(paused, { isActive: false })
  return { webhooks, transport, ids: { well, ill, limited, paused } }
}

export type Stocked = Awaited<ReturnType<typeof stocked>>

/** Every page, with something on it. */
export const pagesOf = async ({ webhooks, ids }: Stocked): Promise<Readonly<Record<string, string>>> => {
  const failed = (await webhooks.deliveries.list({ status: 'failed', limit: 1 })).items[0]
  const { id: replay } = await webhooks.deliveries.replay({ since: 0, which: 'failed' })
  return {
    overview: 'overview',
    endpoints: 'endpoints',
    endpoint: `endpoints/${ids.ill}`,
    'endpoint-new': 'endpoints?dialog=create',
    events: 'events',
    event: `events/${failed?.eventId}`,
    delivery: `deliveries/${failed?.id}`,
    'given-up': 'given-up',
    replays: 'replays',
    replay: `replays/${replay}`,
    send: 'send',
  }
}
