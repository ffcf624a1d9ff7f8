import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../src/database.js'
import { sqliteDeliveries } from '../src/stores/deliveries.js'
import { sqliteLanes } from '../src/stores/lanes.js'
import { sqliteEvents } from '../src/stores/events.js'

const after = { at: 1_000, id: 'dlv_1' }
const page = { limit: 51 }

describe('what SQLite does for', () => {
  let folder: string
  let database: Database
  const texts: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-plans-'))
    database = new Database(join(folder, 'webhooks.db'), { busyTimeoutMs: 1_000 })
    database.open()
    const sql = database.sql.bind(database)
    database.sql = (text) => {
      texts.push(text)
      return sql(text)
    }
  })
  afterAll(async () => {
    database.close()
    await rm(folder, { recursive: true })
  })

  /** The plans of the statements that `work` runs. */
  const plansOf = async (work: () => Promise<unknown>): Promise<string[]> => {
    texts.length = 0
    await work()
    return texts
      .slice()
      .filter((text) => /^\s*(SELECT|UPDATE|DELETE)/.test(text))
      .map((text) =>
        database
          .sql(`EXPLAIN QUERY PLAN ${text}`)
          .all(...Array.from({ length: text.split('?').length - 1 }, () => 0))
          .map(({ detail }) => String(detail))
          .join('; '),
      )
  }

  const deliveries = () => sqliteDeliveries(database)

  it.each([
    ['all deliveries', {}, 'deliveries_newest'],
    ['those since a time', { since: 1, until: 9 }, 'deliveries_newest'],
    ['one subscription', { subscriptionId: 's' }, 'deliveries_by_subscription'],
    [
      'the failed ones of a subscription',
      { subscriptionId: 's', status: 'failed' },
      'deliveries_given_up_of',
    ],
    [
      'cancelled ones of a subscription',
      { subscriptionId: 's', status: 'cancelled' },
      'deliveries_cancelled_of',
    ],
    ['failed ones', { status: 'failed' }, 'deliveries_given_up'],
    ['pending ones', { status: 'pending' }, 'deliveries_pending'],
    ['cancelled ones', { status: 'cancelled' }, 'deliveries_cancelled'],
    ['a type', { type: 'order.created' }, 'deliveries_by_type'],
    ['a site', { siteId: 'x' }, 'deliveries_by_site'],
  ] as const)('a page of %s: a walk along its own index, without a sort', async (_what, filter, index) => {
    for (const position of [null, after]) {
      const plans = await plansOf(() => deliveries().list({ ...page, ...filter, after: position }))
      expect(plans).toHaveLength(1)
      expect(plans[0]).toMatch(new RegExp(`(SEARCH|SCAN) deliveries USING INDEX ${index}( |$)`))
      expect(plans[0]).not.toContain('TEMP B-TREE')
    }
  })

  it.each([
    ['all events', {}, 'events_newest'],
    ['a type of event', { type: 'order.created' }, 'events_by_type'],
    ['the events of a site', { siteId: 'x' }, 'events_by_site'],
  ] as const)('a page of %s: a walk along its own index, without a sort', async (_what, filter, index) => {
    for (const position of [null, after]) {
      const plans = await plansOf(() => sqliteEvents(database).list({ ...page, ...filter, after: position }))
      expect(plans[0]).toMatch(new RegExp(`(SEARCH|SCAN) events USING INDEX ${index}( |$)`))
      expect(plans[0]).not.toContain('TEMP B-TREE')
    }
  })

  it('every statement of the hot path: a search, never a scan of a table or a sort', async () => {
    const lanes = sqliteLanes(database)
    const plans = await plansOf(async () => {
      await lanes.acquire({ token: 't', now: 1, leaseUntil: 2, limit: 10, affinity: 0.5 })
      await lanes.acquire({ token: 't', now: 1, leaseUntil: 2, limit: 10, subscriptionIds: ['s'] })
      await lanes.upcoming({ subscriptionId: 's', limit: 64 })
      await lanes.nextDueAt()
      await sqliteEvents(database).unfanned({ now: 1, limit: 10 })
      await deliveries().recover({ subscriptionId: 's', since: 0, until: 1, now: 2, limit: 10 })
      await deliveries().cancelPending({ subscriptionId: 's', now: 2, limit: 10 })
    })
    expect(plans.length).toBeGreaterThanOrEqual(7)
    for (const plan of plans) {
      expect(plan).not.toMatch(/SCAN \w+($|;)/)
      expect(plan).not.toContain('TEMP B-TREE')
    }
  })
})
