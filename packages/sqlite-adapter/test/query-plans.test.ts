import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../src/database/database.js'
import { packFanOut } from '../src/stores/packed-deliveries.js'
import { packResults } from '../src/stores/packed-results.js'
import { VERBS, type VerbInput, type VerbName } from '../src/stores/verbs.js'
import { openTestFile } from './open-test-file.js'

const after = { at: 1_000, id: 'dlv_1' }
const SUB = 'sub_1'
const DELIVERY = `dlv_1_${SUB}`

describe('what SQLite does for', () => {
  let folder: string
  let database: Database
  let close: () => void
  const texts: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'webhooks-plans-'))
    ;({ database, close } = openTestFile(join(folder, 'webhooks.db')))
    const event = {
      id: 'evt_1',
      type: 'order.created',
      siteId: 'x',
      body: '{}',
      occurredAt: 1,
      acceptedAt: 1,
    }
    run('events.append', { callId: 'c', events: [{ ...event, target: null }], visibleAt: 1 })
    const delivery = {
      id: DELIVERY,
      eventId: 'evt_1',
      subscriptionId: SUB,
      dueAt: 2,
      createdAt: 2,
      once: false,
    }
    run('events.fanOut', packFanOut({ now: 2, eventIds: [], deliveries: [delivery] }))
    const sql = database.sql.bind(database)
    database.sql = (text) => {
      texts.push(text)
      return sql(text)
    }
  })
  afterAll(async () => {
    close()
    await rm(folder, { recursive: true })
  })

  const run = <N extends VerbName>(name: N, input: VerbInput<N>): void => {
    const result = (VERBS[name].run as (database: Database, input: unknown) => unknown)(database, input)
    if (typeof result === 'object' && result !== null && 'next' in result) Array.from(result as Generator)
  }

  /** The plans of the statements that a verb runs. */
  const plansOf = <N extends VerbName>(name: N, input: VerbInput<N>): string[] => {
    texts.length = 0
    run(name, input)
    return [...new Set(texts)]
      .filter((text) => /^\s*(SELECT|UPDATE|DELETE|INSERT INTO pending)/.test(text))
      .map((text) => {
        const bound = Math.max(
          text.split(/\?(?!\d)/).length - 1,
          ...[...text.matchAll(/\?(\d)/g)].map((match) => Number(match[1])),
        )
        const rows = database
          .sql(`EXPLAIN QUERY PLAN ${text}`)
          .all(...Array.from({ length: bound }, () => '[]'))
        return rows.map(({ detail }) => String(detail)).join('; ')
      })
  }

  // A walk along the table itself needs no index, and says so only when it begins somewhere.
  const itself = /SEARCH d USING PRIMARY KEY|SCAN d(;|$)/
  const along = (index: string) => new RegExp(`(SEARCH|SCAN) d USING (COVERING )?INDEX ${index}( |$|;)`)
  const lately = /SCAN ended_lately/

  it.each([
    ['all deliveries', {}, [itself, along('ended_places')]],
    ['those since a time', { since: 1, until: 9 }, [itself, along('ended_places')]],
    [
      'one subscription',
      { subscriptionId: SUB },
      [/SEARCH q USING PRIMARY KEY/, along('pending_tried_of'), /SEARCH o USING PRIMARY KEY/, lately],
    ],
    ['failed ones of a subscription', { subscriptionId: SUB, status: 'failed' }, [along('ended_failed_of')]],
    [
      'cancelled ones of a subscription',
      { subscriptionId: SUB, status: 'cancelled' },
      [along('ended_cancelled_of')],
    ],
    ['failed ones', { status: 'failed' }, [along('ended_failed')]],
    ['pending ones', { status: 'pending' }, [itself]],
    ['cancelled ones', { status: 'cancelled' }, [along('ended_cancelled')]],
  ] as const)('a page of %s: a walk along the order of the list', (_what, filter, expected) => {
    for (const position of [null, after]) {
      const plans = plansOf('deliveries.list', { limit: 51, ...filter, after: position }).filter((plan) =>
        /(SEARCH|SCAN) d\b/.test(plan),
      )
      expect(plans).toHaveLength(expected.length)
      for (const [at, pattern] of expected.entries()) {
        expect(plans[at]).toMatch(pattern)
        // Those of one instant alone are sorted, by their ids; and what ended lately, which is bounded.
        if (pattern !== lately) expect(plans[at]).not.toMatch(/TEMP B-TREE FOR ORDER BY/)
      }
    }
  })

  it('the deliveries of an event: those alone', () => {
    for (const plan of plansOf('deliveries.list', { limit: 9, after: null, eventId: 'evt_1' }))
      expect(plan).not.toMatch(/SCAN/)
  })

  it.each([
    ['all events', {}, 'events_latest'],
    ['a type of event', { type: 'order.created' }, 'events_of_type'],
    ['the events of a site', { siteId: 'x' }, 'events_of_site'],
  ] as const)('a page of %s: a walk along its own index', (_what, filter, index) => {
    for (const position of [null, after]) {
      const [plan] = plansOf('events.list', { limit: 51, ...filter, after: position }).slice(-1)
      expect(plan).toMatch(new RegExp(`(SEARCH|SCAN) e USING INDEX ${index}( |$|;)`))
      expect(plan).not.toMatch(/TEMP B-TREE FOR ORDER BY/)
    }
  })

  it.each([
    ['all replays', {}, 'replays_latest'],
    ['those that are running', { running: true }, 'replays_running'],
  ] as const)('a page of %s: a walk along its own index', (_what, filter, index) => {
    for (const position of [null, after]) {
      const [plan] = plansOf('replays.list', { limit: 9, ...filter, after: position })
      expect(plan).toMatch(new RegExp(`(SEARCH|SCAN) replays USING INDEX ${index}( |$|;)`))
      expect(plan).not.toMatch(/TEMP B-TREE FOR ORDER BY/)
    }
  })

  it('every statement of a life cycle: a search, never a scan of a table or a sort', () => {
    const attempt = {
      number: 1,
      startedAt: 1,
      durationMs: 1,
      statusCode: 200,
      errorClass: null,
      error: null,
      responseBody: null,
      truncated: false,
    } as const
    const result = {
      deliveryId: DELIVERY,
      subscriptionId: SUB,
      token: 't',
      expectedAttemptCount: 0,
      attempt,
      reason: null,
      dueAt: 9,
      scheduleStep: 1,
    }
    const delivery = {
      id: DELIVERY,
      eventId: 'evt_1',
      subscriptionId: SUB,
      dueAt: 3,
      createdAt: 3,
      once: false,
    }
    const lane = {
      subscriptionId: SUB,
      token: 't',
      wakeups: 1,
      lifts: 0,
      dueAt: 1,
      hold: null,
      crashCount: 0,
    }
    const results = [{ ...result, status: 'pending' } as const]
    const plans = [
      ...plansOf('events.unfanned', { now: 1, limit: 10 }),
      ...plansOf('events.fanOut', packFanOut({ now: 3, eventIds: ['evt_1'], deliveries: [delivery] })),
      ...plansOf('lanes.acquire', { token: 't', now: 2, leaseMs: 9, limit: 10 }),
      ...plansOf('lanes.acquire', { token: 't', now: 2, leaseMs: 9, limit: 10, subscriptionIds: [SUB] }),
      ...plansOf('lanes.upcoming', { subscriptionId: SUB, limit: 64 }),
      ...plansOf('lanes.complete', packResults({ callId: 'c', now: 3, results, progressed: [SUB] })),
      ...plansOf('deliveries.cancel', { ids: [DELIVERY], reason: 'cancelled', now: 4 }),
      ...plansOf('deliveries.resend', { ids: [DELIVERY], now: 5 }),
      ...plansOf('lanes.release', {
        now: 6,
        lanes: [{ ...lane, quarantinedAt: 0, window: { ends: [], reserved: 1 } }],
      }),
      ...plansOf('maintenance.prune', { before: 99, limit: 9 }),
    ].filter((plan) => !plan.includes('tally'))
    expect(plans.length).toBeGreaterThan(20)
    for (const plan of plans) {
      expect(plan).not.toMatch(/SCAN (?!json_each|f$)\w+($|;)/)
      expect(plan).not.toMatch(/TEMP B-TREE FOR ORDER BY/)
    }
  })
})
