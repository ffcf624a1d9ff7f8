import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createDispatcher, type DeliveryListQuery, type Storage } from '@swigs/webhooks-dispatcher'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import { median } from '../median.js'

const SUBSCRIPTIONS = 10
const AT_A_TIME = 1_000
const CALLS = 200

/** One in a thousand is rare: of a type of its own, or at a site of its own, or cancelled. */
const fill = async (storage: Storage, rows: number): Promise<void> => {
  await storage.open()
  for (let from = 0; from < rows; from += AT_A_TIME) {
    const deliveries = Array.from({ length: AT_A_TIME }, (_, offset) => {
      const index = from + offset
      return {
        id: `dlv_${index}`,
        eventId: `evt_${index}`,
        eventType: index % 1_000 === 1 ? 'order.rare' : 'order.created',
        siteId: index % 1_000 === 2 ? 'rare' : 'site',
        subscriptionId: `subscription-${index % SUBSCRIPTIONS}`,
        dueAt: index,
        createdAt: index,
        once: false,
      }
    })
    await storage.events.fanOut({ now: from, eventIds: [], deliveries })
    await storage.deliveries.cancel({ ids: [`dlv_${from + 3}`], reason: 'cancelled', now: from })
  }
}

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
