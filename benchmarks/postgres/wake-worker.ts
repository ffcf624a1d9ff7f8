/** The process that is woken. */
import pg from 'pg'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { postgresStorage } from '@swigs/webhooks-postgres-adapter'

const [connectionString = '', schema = ''] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString })
const webhooks = createDispatcher({
  storage: postgresStorage(pool, { schema, listen: { connectionString } }),
  pollIntervalMs: 60_000,
  rateLimit: false,
  network: { allowHttp: true, allow: ['127.0.0.0/8'] },
})
await webhooks.start()
process.on('disconnect', () => void webhooks.stop().then(() => process.exit(0)))
process.send?.('ready')
