import type { MalformedRow } from '@swigs/webhooks-dispatcher/storage-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Database } from '../src/database/database.js'
import { sqliteStorage } from '../src/sqlite-storage.js'
import { complete } from '../src/stores/complete.js'
import { countMetrics } from '../src/stores/count-metrics.js'
import { packResults } from '../src/stores/packed-results.js'
import { metricsVerbs } from '../src/stores/metrics.js'
import { openTestFile } from './open-test-file.js'
import { deliveredResult, testFolder } from './samples.js'

const MINUTE = 60_000
const T0 = Date.UTC(2026, 1, 1)
const SUBS = ['sub_1', 'sub_2']

describe('metrics in the file', () => {
  let database: Database
  let close: () => void
  let remove: () => Promise<void>
  let file: string

  beforeEach(async () => {
    ;({ file, remove } = await testFolder())
    ;({ database, close } = openTestFile(file))
    for (const id of SUBS) database.names.make(id)
  })
  afterEach(async () => {
    close()
    await remove()
  })

  const number = (table: string) => Number(database.sql(`SELECT count(*) AS n FROM ${table}`).get()?.['n'])
  const results = SUBS.map((id) => deliveredResult('evt_1', id, 't'))
  const read = (subscriptionId: string | null) =>
    metricsVerbs['metrics.read'].run(database, {
      subscriptionId,
      since: T0,
      until: T0 + 60 * MINUTE,
      stepMs: MINUTE,
    })

  it('are a row a batch, and in the rows of their subscriptions before those are many', () => {
    const attempts = (subscriptionId: string | null) => {
      const sums = read(subscriptionId) as { at: number; counts: readonly number[] }[]
      return sums.map(({ at, counts }) => [(at - T0) / MINUTE, counts[0]])
    }
    database.exec('BEGIN')
    for (let batch = 1; batch <= 700; batch += 1) {
      countMetrics(database, results, T0 + Math.floor(batch / 300) * MINUTE)
      expect(number('metrics_lately')).toBeLessThan(256)
    }
    database.exec('COMMIT')
    expect(number('metrics')).toBeGreaterThan(0)
    expect(attempts('sub_1')).toEqual(
      expect.arrayContaining([
        [0, 299],
        [1, 300],
        [2, 101],
      ]),
    )
    expect(attempts(null)).toEqual(
      expect.arrayContaining([
        [0, 598],
        [1, 600],
        [2, 202],
      ]),
    )
    expect(attempts(null)).toHaveLength(3)
  })

  it('are one statement more for a batch, whoever is in it', () => {
    for (const id of SUBS) {
      const sub = database.names.make(id)
      database.exec(`INSERT INTO lanes VALUES (${sub}, 't', 9e15, 1, 0, 1, 0, 0, 0, NULL, NULL)`)
    }
    const texts: string[] = []
    const seen = Object.assign(Object.create(database) as Database, {
      names: database.names,
      sql: (text: string) => {
        texts.push(text)
        return database.sql(text)
      },
      tally: () => undefined,
    })
    const event = database
      .sql(
        `INSERT INTO events (id, type, occurred_at, accepted_at, body) VALUES ('evt_1', 1, 0, 0, '{}') RETURNING n`,
      )
      .get()
    database.exec(`INSERT INTO fan_outs VALUES (${event?.['n']}, 0)`)
    for (const id of SUBS)
      database.exec(
        `INSERT INTO pending VALUES (0, ${event?.['n']}, ${database.names.numberOf(id)}, 0, 0, 0, 0, 0, NULL)`,
      )
    expect(complete(seen, packResults({ callId: 'c', now: T0, results, progressed: [] }))).toEqual([])
    expect(texts.filter((text) => text.includes('metrics'))).toEqual([
      expect.stringContaining('INSERT INTO metrics_lately'),
    ])
  })

  it('that cannot be read are reported, and the others are summed', async () => {
    countMetrics(database, results, T0)
    metricsVerbs['metrics.rollUp'].run(database, { minutesBefore: T0, hoursBefore: 0, limit: 9 })
    database.exec(`UPDATE metrics SET counts = 'none' WHERE sub = ${database.names.numberOf('sub_1')}`)
    const told: MalformedRow[] = []
    const storage = sqliteStorage({ file })
    await storage.open({ report: { malformed: (row) => told.push(row) } })
    const span = { since: T0, until: T0 + MINUTE, stepMs: MINUTE }
    expect(await storage.metrics.read({ ...span, subscriptionId: 'sub_1' })).toEqual([])
    expect(await storage.metrics.read({ ...span, subscriptionId: 'sub_2' })).toHaveLength(1)
    expect(told).toMatchObject([{ noun: 'metrics', problem: 'counts are no numbers' }])
    await storage.close()
  })

  it('are looked up, never scanned: of one subscription, of all, and when they are rolled up', () => {
    database.exec('BEGIN')
    for (let minute = 0; minute < 600; minute += 1) countMetrics(database, results, T0 + minute * MINUTE)
    database.exec('COMMIT')
    const texts: string[] = []
    const seen = Object.assign(Object.create(database) as Database, {
      names: database.names,
      sql: (text: string) => {
        texts.push(text)
        return database.sql(text)
      },
    })
    const span = { since: T0, until: T0 + 24 * 60 * MINUTE }
    for (const subscriptionId of ['sub_1', null])
      for (const stepMs of [MINUTE, 60 * MINUTE])
        metricsVerbs['metrics.read'].run(seen, { ...span, subscriptionId, stepMs })
    metricsVerbs['metrics.rollUp'].run(seen, { minutesBefore: T0 + 60 * MINUTE, hoursBefore: T0, limit: 500 })
    const plans = [...new Set(texts)]
      .filter((text) => /^\s*(SELECT|DELETE|WITH)/.test(text) && !text.includes('metrics_lately'))
      .map((text) => {
        const rows = database
          .sql(`EXPLAIN QUERY PLAN ${text}`)
          .all(...(text.match(/\?\d?/g) ?? []).map(() => 1))
        return rows.map(({ detail }) => String(detail)).join('; ')
      })
    expect(plans.length).toBeGreaterThan(4)
    for (const plan of plans) expect(plan).not.toMatch(/SCAN (m|metrics)\b|TEMP B-TREE/)
  })
})
