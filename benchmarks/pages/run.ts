import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createDispatcher, type DeliveryListQuery, type Storage } from '@swigs/webhooks-dispatcher'
import { deliveryId, type AttemptResult, type StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import { median } from '../median.js'

const SUBSCRIPTIONS = 10
const AT_A_TIME = 1_000
const CALLS = 200

/** One in a thousand is rare: of a type of its own, or at a site of its own, or cancelled. The others are delivered. */
const fill = async (storage: Storage, rows: number): Promise<void> => {
  await storage.open()
  const token = 'filling'
  for (let from = 0; from < rows; from += AT_A_TIME) {
    const events = Array.from({ length: AT_A_TIME }, (_, offset) => eventOf(from + offset))
    const deliveries = events.map(({ id, acceptedAt }) => ({
      id: deliveryId(id, subscriptionOf(acceptedAt)),
      eventId: id,
      subscriptionId: subscriptionOf(acceptedAt),
      dueAt: acceptedAt,
      createdAt: acceptedAt,
      once: false,
    }))
    await storage.events.append({ callId: `${from}`, events, visibleAt: from })
    await storage.events.fanOut({ now: from, eventIds: events.map(({ id }) => id), deliveries })
    await storage.lanes.acquire({ token, now: from, leaseMs: 1e12, limit: SUBSCRIPTIONS })
    const [rare, ...others] = deliveries.slice(3).concat(deliveries.slice(0, 3))
    await storage.deliveries.cancel({ ids: [rare?.id ?? ''], reason: 'cancelled', now: from })
    const results = others.map(({ id, subscriptionId }) => deliveredResult(id, subscriptionId, token, from))
    await storage.lanes.complete({ callId: `${from}`, now: from, results, progressed: [] })
  }
}

const subscriptionOf = (index: number): string => `subscription-${index % SUBSCRIPTIONS}`

const eventOf = (index: number): StoredEvent => ({
  id: `evt_${String(index).padStart(9, '0')}`,
  type: index % 1_000 === 1 ? 'order.rare' : 'order.created',
  siteId: index % 1_000 === 2 ? 'rare' : 'site',
  body: '{}',
  occurredAt: index,
  acceptedAt: index,
  target: null,
})

const deliveredResult = (
  deliveryId: string,
  subscriptionId: string,
  token: string,
  startedAt: number,
): AttemptResult => ({
  deliveryId,
  subscriptionId,
  token,
  expectedAttemptCount: 0,
  attempt: {
    number: 1,
    startedAt,
    durationMs: 1,
    statusCode: 200,
    errorClass: null,
    error: null,
    responseBody: 'ok',
    truncated: false,
  },
  status: 'delivered',
  reason: null,
  dueAt: null,
  scheduleStep: 1,
})

const QUERIES: Readonly<Record<string, DeliveryListQuery>> = {
  all: {},
  'one subscription': { subscriptionId: 'subscription-3' },
  'a rare status': { status: 'cancelled' },
  'a rare status of a subscription': { subscriptionId: 'subscription-3', status: 'cancelled' },
  'a rare type': { type: 'order.rare' },
  'a rare site': { siteId: 'rare' },
  'since the middle': { since: 500, until: 900 },
  'a type at a site, none there': { siteId: 'site', type: 'order.none' },
}

/** Median ms of a page, by query. */
const measure = async (storage: Storage): Promise<Map<string, number>> => {
  const webhooks = createDispatcher({ storage })
  const figures = new Map<string, number>()
  for (const [name, query] of Object.entries(QUERIES)) {
    const times: number[] = []
    for (let call = 0; call < CALLS; call += 1) {
      const started = performance.now()
      await webhooks.deliveries.list(query)
      times.push(performance.now() - started)
    }
    figures.set(name, median(times))
  }
  return figures
}

/** What a page of deliveries costs among many, as a ratio of what it costs among few. SQLite. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { rows: { type: 'string', default: '1000000' } } })
  const [few, many] = [100_000, Number(values.rows)]
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-pages-'))
  const storages = [few, many].map((rows) => ({
    rows,
    storage: sqliteStorage({ file: join(folder, `${rows}.db`) }),
  }))
  for (const { rows, storage } of storages) await fill(storage, rows)
  console.log(
    `pages: 50 rows each, among ${few} deliveries and among ${many}; medians of ${CALLS} calls, SQLite`,
  )
  const [small, large] = [
    await measure(storages[0]?.storage as Storage),
    await measure(storages[1]?.storage as Storage),
  ]
  for (const name of Object.keys(QUERIES)) {
    const [a, b] = [small.get(name) ?? 0, large.get(name) ?? 0]
    console.log(`${name.padEnd(32)} ${a.toFixed(2)} ms, ${b.toFixed(2)} ms, ratio ${(b / a).toFixed(2)}`)
  }
  for (const { storage } of storages) await storage.close()
  await rm(folder, { recursive: true, force: true })
}
