import fc from 'fast-check'
import { expect, it } from 'vitest'
import { memoryStorage } from '../src/adapters/memory-storage.js'
import { createDispatcher, type Dispatcher, type Storage } from '../src/index.js'
import { NEVER } from '../src/core/lane.js'
import { fakeClock } from '../src/testing/fake-clock.js'
import { recordingTransport } from '../src/testing/recording-transport.js'
import { laneOf } from './support.js'

const RATE = { limit: 3, windowMs: 700 }
const SUBSCRIPTIONS = 3
const PROCESSES = 2
const COMMANDS = [
  'dispatch',
  'advance',
  'pause',
  'resume',
  'off',
  'on',
  'change url',
  'cancel',
  'resend',
  'recover',
  'replay',
  'resend all',
  'cancel all',
  'test',
  'drain',
  'restart',
] as const

const REPLAYED = ['failed', 'missing', 'all'] as const

type Step = { readonly does: (typeof COMMANDS)[number]; readonly whom: number; readonly ms: number }

const steps = fc.array(
  fc.record<Step>({
    does: fc.constantFrom(...COMMANDS, 'dispatch', 'dispatch', 'advance'),
    whom: fc.nat(999),
    ms: fc.constantFrom(0, 1, 5, 40, 300, 2_000, 6_000),
  }),
  { minLength: 5, maxLength: 40 },
)

const delays = fc.array(fc.constantFrom(0, 0, 0, 1, 4, 25), { minLength: 7, maxLength: 40 })

/** The same store, whose calls take their time before and after they do their work. */
const slowly = (storage: Storage, sleep: () => Promise<void>): Storage => {
  const group = <G extends object>(methods: G): G =>
    Object.fromEntries(
      Object.entries(methods).map(([verb, method]) => [
        verb,
        async (...args: never[]) => {
          await sleep()
          const answer: unknown = await (method as (...args: never[]) => Promise<unknown>)(...args)
          await sleep()
          return answer
        },
      ]),
    ) as G
  const { subscriptions, events, lanes, deliveries, replays, maintenance } = storage
  return {
    ...storage,
    subscriptions: group(subscriptions),
    events: group(events),
    lanes: group(lanes),
    deliveries: group(deliveries),
    replays: group(replays),
    // What sleeps over due work is to be seen, not mended.
    maintenance: { ...group(maintenance), repair: async () => 0 },
  }
}

/** Two processes on one store, whose receivers answer all that receivers answer, late or at once. */
const world = async (delaysMs: readonly number[]) => {
  const clock = fakeClock()
  const storage = memoryStorage()
  const seen = new Map<string, number[]>()
  const stats = { sent: 0 }
  const transport = recordingTransport(async ({ headers }) => {
    const index = (stats.sent += 1)
    const to = headers['X-Webhook-Delivery']?.split('_sub_')[1] ?? ''
    seen.set(to, [...(seen.get(to) ?? []), clock.now()])
    if (index % 3 === 0) await clock.sleep(index % 2 ? 30 : 900)
    if (index % 11 === 5) return { kind: 'aborted' }
    if (index % 7 === 4)
      return { kind: 'response', statusCode: 429, retryAfter: '1', body: '', truncated: false }
    return index % 5 === 2 ? 503 : 200
  })
  let calls = 0
  const slow = slowly(storage, () => clock.sleep(delaysMs[(calls += 1) % delaysMs.length] ?? 0))
  const make = (on: Storage = slow): Dispatcher =>
    createDispatcher({
      storage: on,
      transport,
      clock,
      rateLimit: RATE,
      concurrency: 4,
      laneConcurrency: 2,
      retry: { delaysMs: [50, 400, 3_000], jitter: 0 },
      network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
      logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    })
  const processes = Array.from({ length: PROCESSES }, () => make())
  for (const process of processes) await process.start()
  const admin = make(storage)
  const ids: string[] = []
  for (let index = 0; index < SUBSCRIPTIONS; index += 1) {
    const input = { appName: 'app', url: `https://app-${index}.example.com/`, events: ['*'] }
    const created = await admin.subscriptions.create(input)
    ids.push(created.id)
  }
  return { clock, storage, seen, make, admin, processes, ids }
}

const play = async (given: readonly Step[], delaysMs: readonly number[]): Promise<void> => {
  const { clock, storage, seen, make, admin, processes, ids } = await world(delaysMs)
  const calls: Promise<unknown>[] = []
  const accepted: string[] = []
  const begin = (call: Promise<unknown>) => void calls.push(call.catch(() => undefined))
  for (const { does, whom, ms } of given) {
    const process = processes[whom % PROCESSES] as Dispatcher
    const id = ids[whom % SUBSCRIPTIONS] as string
    const { items } = await admin.deliveries.list({ limit: 50 })
    const delivery = items[whom % Math.max(1, items.length)]?.id ?? 'none'
    if (does === 'dispatch')
      begin(process.dispatch('order.created', {}).then((given) => accepted.push(given.id ?? '')))
    else if (does === 'pause') begin(process.subscriptions.pause(id))
    else if (does === 'resume') begin(process.subscriptions.resume(id))
    else if (does === 'off') begin(process.subscriptions.update(id, { isActive: false }))
    else if (does === 'on') begin(process.subscriptions.update(id, { isActive: true }))
    else if (does === 'change url')
      begin(process.subscriptions.update(id, { url: `https://new-${whom}.example.com/` }))
    else if (does === 'cancel') begin(process.deliveries.cancel(delivery))
    else if (does === 'resend') begin(process.deliveries.resend(delivery))
    else if (does === 'recover') begin(process.deliveries.recover({ subscriptionId: id, since: 0 }))
    else if (does === 'replay')
      begin(process.deliveries.replay({ since: 0, which: REPLAYED[whom % REPLAYED.length] ?? 'all' }))
    else if (does === 'resend all') begin(process.deliveries.resendAll({ subscriptionId: id }))
    else if (does === 'cancel all') begin(process.deliveries.cancelAll({ subscriptionId: id }))
    else if (does === 'test') begin(process.subscriptions.test(id))
    else if (does === 'drain') begin(process.drain({ maxMs: ms }))
    else if (does === 'restart') {
      begin(process.stop({ graceMs: ms }))
      const next = (processes[whom % PROCESSES] = make())
      begin(next.start())
    }
    if (does === 'advance') await clock.advance(ms)
  }
  await clock.advance(1_000)
  for (const id of ids) begin((processes[0] as Dispatcher).subscriptions.resume(id))
  for (let second = 0; second < 50; second += 1) {
    await clock.advance(1_000)
    const running = await storage.replays.list({ running: true, after: null, limit: 1 })
    const { pending } = await storage.maintenance.counts({ now: clock.now() })
    if (pending === 0 && running.length === 0) break
  }
  await clock.advance(16_000)
  await Promise.all(calls)

  expect(await storage.maintenance.counts({ now: clock.now() })).toMatchObject({
    pending: 0,
    pendingEvents: 0,
  })
  for (const id of ids) {
    const lane = await laneOf(storage, id)
    if (lane) expect(lane).toMatchObject({ token: null, dueAt: NEVER })
    const times = seen.get(id.replace('sub_', '')) ?? []
    for (const [index, at] of times.entries())
      expect(at - (times[index - RATE.limit] ?? -Infinity)).toBeGreaterThanOrEqual(RATE.windowMs)
  }
  const { items } = await admin.events.list({ limit: 200 })
  expect(items.map(({ id }) => id)).toEqual(expect.arrayContaining(accepted))
  const stats = processes.map((process) => process.stats())
  await clock.advance(1_000)
  for (const { inFlight } of await Promise.all(stats)) expect(inFlight).toBe(0)
  const stopped = processes.map((process) => process.stop())
  await clock.advance(1_000)
  await Promise.all(stopped)
  expect(clock.sleeping).toBe(0)
}

it(
  'whatever people and processes do at once, all is settled, within the limit, and nothing is left behind',
  async () => fc.assert(fc.asyncProperty(steps, delays, play), { numRuns: 40 }),
  120_000,
)
