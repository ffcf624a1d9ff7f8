import { expect, it } from 'vitest'
import { SERVED_FILTERS } from '@swigs/webhooks-dispatcher/storage-kit'
import { pgDatabase } from '../src/drivers/pg-pool.js'
import { postgresDeliveries } from '../src/stores/deliveries.js'
import { postgresEvents } from '../src/stores/events.js'
import type { Value } from '../src/drivers/database.js'
import { freshStorage } from './support.js'

const ROWS = 30_000
/** Of 8 KiB each: a page of twenty reads some for each of its rows, and the way down to them. */
const MOST_BLOCKS = 300

const stored = (schema: string) => `
  INSERT INTO ${schema}.events SELECT 'evt_' || n, 'type.' || n % 5, 'site' || n % 7, '{}', n, n, NULL
  FROM generate_series(1, ${ROWS}) n;
  INSERT INTO ${schema}.pending (id, event_id, event_type, site_id, subscription_id, day, due_at, created_at, once, written_at)
  SELECT 'dlv_p' || n, 'evt_' || n % 300, 't', NULL, 'sub_' || n % 5, 0, n, n, false, n FROM generate_series(1, ${ROWS}) n;
  CREATE TABLE ${schema}.settled_0 PARTITION OF ${schema}.settled FOR VALUES IN (0);
  CREATE TABLE ${schema}.settled_1 PARTITION OF ${schema}.settled FOR VALUES IN (1);
  INSERT INTO ${schema}.settled
  SELECT 'dlv_s' || n, 'evt_' || n % 300, 't', NULL, 'sub_' || n % 5, n % 2, n, n, 1, 1, false, '{}', '{}', NULL,
    CASE n % 10 WHEN 0 THEN 2 WHEN 5 THEN 3 ELSE 1 END, NULL, n
  FROM generate_series(1, ${ROWS}) n;
  ANALYZE ${schema}.events; ANALYZE ${schema}.pending; ANALYZE ${schema}.settled;`

it('every page that a storage must serve reads the same few blocks, wherever it is', async () => {
  const { pool, schema: name } = await freshStorage()
  const schema = `"${name}"`
  await pool.query(stored(schema))
  const { query, transaction } = pgDatabase(pool, 60_000, () => undefined)
  const read: [string, number][] = []
  let asked = ''
  const explaining = async (text: string, values: readonly Value[] = []) => {
    const [row] = await query<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`,
      values,
    )
    const plan = row?.['QUERY PLAN'][0].Plan ?? {}
    read.push([asked, (plan['Shared Hit Blocks'] ?? NaN) + (plan['Shared Read Blocks'] ?? NaN)])
    return []
  }
  const report = { malformed: () => undefined }
  const at = { database: { query: explaining, transaction }, schema, report } as never
  const deliveries = postgresDeliveries(at)
  const events = postgresEvents(at, () => undefined)
  const values = { eventId: 'evt_7', subscriptionId: 'sub_2', siteId: 'site3', type: 'type.2' }
  const filter = (fields: readonly string[]) =>
    Object.fromEntries(
      fields.filter((field) => field in values).map((field) => [field, values[field as keyof typeof values]]),
    )
  for (const after of [null, { at: ROWS / 2, id: 'm' }]) {
    const page = { after, limit: 20 }
    for (const fields of [[], ...SERVED_FILTERS.events]) {
      asked = `events ${fields.join()} ${after?.at}`
      await events.list({ ...page, ...filter(fields) })
    }
    const states = [
      [undefined, [[], ['eventId'], ['subscriptionId']]],
      ['delivered', SERVED_FILTERS.deliveries.delivered],
      ['pending', SERVED_FILTERS.deliveries.pending],
      ['failed', SERVED_FILTERS.deliveries.other],
      ['cancelled', SERVED_FILTERS.deliveries.other],
    ] as const
    for (const [status, served] of states)
      for (const fields of served) {
        asked = `deliveries ${status} ${fields.join()} ${after?.at}`
        await deliveries.list({ ...page, ...filter(fields), ...(status && { status }) })
      }
  }
  expect(read.length).toBeGreaterThan(30)
  expect(read.filter(([, blocks]) => !(blocks < MOST_BLOCKS))).toEqual([])
})
