import pg from 'pg'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { postgresStorage } from '@swigs/webhooks-postgres-adapter'
import { data } from '../deliver/settings.js'
import { median } from '../median.js'

const CALLS = 2_000

/** `dispatch` in a caller's transaction, as a ratio of a bare insert of the same row in one; medians of calls, then of rounds. */
export const session = async (uri: string, rounds: number): Promise<void> => {
  const pool = new pg.Pool({ connectionString: uri })
  const schema = `webhooks_session_${process.pid}`
  const webhooks = createDispatcher({ storage: postgresStorage(pool, { schema }) })
  await webhooks.dispatch('order.created', data)
  await pool.query(`CREATE TABLE ${schema}.bare (LIKE ${schema}.events INCLUDING ALL)`)
  const { rows } = await pool.query<{ body: string }>(`SELECT body FROM ${schema}.events`)
  const body = rows[0]?.body
  const bare = `INSERT INTO ${schema}.bare (id, type, site_id, body, occurred_at, accepted_at, target)
    VALUES ($1, $2, $3, $4, $5, $6, $7)`
  let serial = 0
  const client = await pool.connect()
  /** The median of a call within its transaction, and of the whole, ms. */
  const measure = async (call: () => Promise<unknown>) => {
    const [calls, wholes]: number[][] = [[], []]
    for (let n = 0; n < CALLS; n += 1) {
      const started = performance.now()
      await client.query('BEGIN')
      const before = performance.now()
      await call()
      calls?.push(performance.now() - before)
      await client.query('COMMIT')
      wholes?.push(performance.now() - started)
    }
    return { call: median(calls ?? []), whole: median(wholes ?? []) }
  }
  const ratios: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const inserted = await measure(() =>
      client.query(bare, [`evt_${(serial += 1)}`, 'order.created', null, body, 1, 1, null]),
    )
    const dispatched = await measure(() => webhooks.dispatch('order.created', data, { session: client }))
    // The first is for the caches.
    if (round === 0) continue
    ratios.push(dispatched.call / inserted.call)
    const ms = (value: number) => value.toFixed(3)
    console.log(
      `session: bare insert ${ms(inserted.call)} ms (transaction ${ms(inserted.whole)}), ` +
        `dispatch ${ms(dispatched.call)} ms (transaction ${ms(dispatched.whole)})`,
    )
  }
  console.log(`session: ratio of the calls ${median(ratios).toFixed(2)}, mark 1.5`)
  client.release()
  await webhooks.stop()
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
}
