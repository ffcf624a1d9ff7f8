import { fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { postgresStorage } from '@swigs/webhooks-postgres-adapter'
import { startPostgres } from '../../tools/postgres-server/start-postgres.js'
import { data, IN_FLIGHT, SUBSCRIPTIONS } from '../deliver/settings.js'

/** Deliveries that wait at a time: a steady load, no backlog. */
const WAITING = 2_000

/** Delivered per second while a transaction is held open beside, minute by minute, as a ratio of the minute before it. */
export const run = async (args: readonly string[]): Promise<void> => {
  const options = { minutes: { type: 'string', default: '10' } } as const
  const { values } = parseArgs({ args: [...args], options })
  const minutes = Number(values.minutes)
  const server = await startPostgres()
  const pool = new pg.Pool({ connectionString: server.uri, max: 10 })
  const schema = `webhooks_bloat_${process.pid}`
  const receiver = fork(new URL('../deliver/receiver.mjs', import.meta.url))
  const { port } = await new Promise<{ port: number }>((resolve) => receiver.once('message', resolve))
  let delivered = 0
  const webhooks = createDispatcher({
    storage: postgresStorage(pool, { schema }),
    concurrency: IN_FLIGHT,
    rateLimit: false,
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
    observer: ({ name }) => {
      if (name === 'delivery.delivered') delivered += 1
    },
  })
  for (let index = 0; index < SUBSCRIPTIONS; index += 1)
    await webhooks.subscriptions.create({
      appName: `app-${index}`,
      url: `http://127.0.0.1:${port}/${index}`,
      events: ['order.created'],
    })
  await webhooks.start()
  let loading = true
  const load = async () => {
    for (let sent = 0; loading;)
      if (sent - delivered > WAITING - SUBSCRIPTIONS) await sleep(1)
      else {
        await webhooks.dispatch('order.created', data)
        sent += SUBSCRIPTIONS
      }
  }
  const loads = load()
  const minute = async (): Promise<number> => {
    const [before, started] = [delivered, performance.now()]
    await sleep(60_000)
    return ((delivered - before) / (performance.now() - started)) * 1_000
  }
  console.log(`bloat: ${SUBSCRIPTIONS} subscriptions, ${WAITING} waiting at most; ${server.kind}`)
  await sleep(10_000)
  const free = await minute()
  console.log(`no transaction open: ${Math.round(free)}/s`)
  const held = await pool.connect()
  await held.query('BEGIN')
  await held.query('SELECT pg_current_xact_id()')
  let last = free
  for (let n = 1; n <= minutes; n += 1) {
    last = await minute()
    const { rows } = await pool.query<{ lanes: string; pending: string }>(
      `SELECT pg_size_pretty(pg_total_relation_size('${schema}.lanes')) AS lanes,
         pg_size_pretty(pg_total_relation_size('${schema}.pending')) AS pending`,
    )
    console.log(
      `minute ${n} of an open transaction: ${Math.round(last)}/s, ratio ${(last / free).toFixed(2)}; ` +
        `lanes ${rows[0]?.lanes}, pending ${rows[0]?.pending}`,
    )
  }
  console.log(`bloat: ratio ${(last / free).toFixed(2)} after ${minutes} minutes, mark 0.67`)
  loading = false
  await loads
  await held.query('ROLLBACK')
  held.release()
  await webhooks.stop()
  receiver.disconnect()
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
  await server.stop()
}
