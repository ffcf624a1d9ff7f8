import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { postgresStorage } from '@swigs/webhooks-postgres-adapter'

const EVENTS = 200

/** From a commit here to the request of an idle process that polls once a minute and listens; percentiles. */
export const wake = async (uri: string): Promise<void> => {
  const schema = `webhooks_wake_${process.pid}`
  let arrived = (): void => undefined
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      arrived()
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const pool = new pg.Pool({ connectionString: uri })
  const storage = postgresStorage(pool, { schema, listen: { connectionString: uri } })
  const webhooks = createDispatcher({ storage, network: { allowHttp: true, allow: ['127.0.0.0/8'] } })
  const url = `http://127.0.0.1:${port}`
  await webhooks.subscriptions.create({ appName: 'wake', url, events: ['order.*'] })
  const worker = fork(new URL('wake-worker.js', import.meta.url), [uri, schema])
  await new Promise((resolve) => worker.once('message', resolve))

  const client = await pool.connect()
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    dispatch: () => webhooks.dispatch('order.created', {}),
    'in a session': async () => {
      await client.query('BEGIN')
      await webhooks.dispatch('order.created', {}, { session: client })
      return client.query('COMMIT')
    },
  }
  for (const [way, commit] of Object.entries(ways)) {
    const tookMs: number[] = []
    for (let n = 0; n < EVENTS; n += 1) {
      await sleep(20 + Math.random() * 20)
      const arrival = new Promise<void>((resolve) => (arrived = resolve))
      await commit()
      const committed = performance.now()
      await arrival
      tookMs.push(performance.now() - committed)
    }
    tookMs.sort((a, b) => a - b)
    const at = (share: number) => tookMs[Math.ceil(EVENTS * share) - 1]?.toFixed(1)
    console.log(
      `wake, ${way}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, mark 50 (${EVENTS} events, one at a time)`,
    )
  }
  client.release()
  worker.disconnect()
  await new Promise((resolve) => worker.once('exit', resolve))
  await webhooks.stop()
  await pool.query(`DROP SCHEMA ${schema} CASCADE`)
  await pool.end()
  server.close()
}
