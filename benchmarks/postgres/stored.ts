import { fork } from 'node:child_process'
import pg from 'pg'
import { postgresStorage } from '@swigs/webhooks-postgres-adapter'
import { dispatcherLoop } from '../deliver/dispatcher-loop.js'
import { DELIVERIES } from '../deliver/settings.js'
import { median } from '../median.js'

const FEW = 1_000
const DAYS = 30

/** Settled deliveries over a month of days, as they would lie there. */
const fill = async (pool: pg.Pool, schema: string, rows: number): Promise<void> => {
  const today = Math.floor(Date.now() / 86_400_000)
  for (let day = today - DAYS + 1; day <= today; day += 1) {
    await pool.query(
      `CREATE TABLE ${schema}.settled_${day} PARTITION OF ${schema}.settled FOR VALUES IN (${day})`,
    )
    await pool.query(
      `INSERT INTO ${schema}.settled SELECT 'dlv_${day}_' || md5(n::text) || '_sub_' || n % 100, 'evt_${day}_' || n / 100,
         'order.created', NULL, 'sub_' || n % 100, ${day}, t.at, t.at, 1, 1, false, ARRAY['{"number":1}'], ARRAY['ok'], NULL, 1,
         NULL, t.at
       FROM generate_series(1, $1::integer) n, LATERAL (SELECT ${day} * 86400000.0 + n) t(at)`,
      [Math.ceil(rows / DAYS)],
    )
  }
  await pool.query(`VACUUM ANALYZE ${schema}.settled`)
}

/** Delivered per second with many settled deliveries stored, as a ratio of the rate with few; medians. */
export const stored = async (uri: string, rounds: number, rows: number): Promise<void> => {
  const pool = new pg.Pool({ connectionString: uri })
  const receiver = fork(new URL('../deliver/receiver.mjs', import.meta.url))
  const { port } = await new Promise<{ port: number }>((resolve) => receiver.once('message', resolve))
  const url = `http://127.0.0.1:${port}`
  const rate = async (filled: number): Promise<number> => {
    const schema = `webhooks_stored_${process.pid}`
    await postgresStorage(pool, { schema }).open()
    await fill(pool, schema, filled)
    const { seconds } = await dispatcherLoop(url, postgresStorage(pool, { schema }))
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    return DELIVERIES / seconds
  }
  const ratios: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const [few, many] = [await rate(FEW), await rate(rows)]
    ratios.push(many / few)
    console.log(`stored: ${Math.round(few)}/s with ${FEW}, ${Math.round(many)}/s with ${rows}`)
  }
  console.log(`stored: ratio ${median(ratios).toFixed(2)}, mark 0.9`)
  receiver.disconnect()
  await pool.end()
}
