import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type pg from 'pg'
import { describeStorage } from '@swigs/webhooks-dispatcher/contracts'
import { pgbouncerFile, startPgbouncer, type Pgbouncer } from '../../../tools/postgres-server/pgbouncer.js'
import { testSize } from '../../../tools/test-size.js'
import { postgresStorage } from '../src/postgres-storage.js'
import { dispatcherOn, fields } from './fixtures.js'
import { dropSchema, freshSchema, freshStorage, poolOn, postgresUri } from './support.js'

if (testSize === 'long') {
  describeStorage('postgresStorage on a connection of its own for each statement', async () => {
    const [pool, schema] = [poolOn(postgresUri, { maxUses: 1 }), freshSchema()]
    return {
      storage: postgresStorage(pool, { schema }),
      cleanup: async () => {
        await dropSchema(pool, schema)
        await pool.end()
      },
    }
  })
}

const file = pgbouncerFile()

describe.skipIf(file === null)(
  `through pgbouncer in transaction mode${file === null ? ' (not here: no pgbouncer is installed)' : ''}`,
  () => {
    let bouncer: Pgbouncer
    let pool: pg.Pool
    beforeAll(async () => {
      bouncer = await startPgbouncer(file ?? '', postgresUri)
      pool = poolOn(bouncer.uri, { max: 20 })
    })
    afterAll(async () => {
      await pool.end()
      await bouncer.stop()
    })

    describeStorage('postgresStorage', async () => {
      const schema = freshSchema()
      return {
        storage: postgresStorage(pool, { schema }),
        reopen: async () => postgresStorage(pool, { schema }),
        cleanup: async () => void (await dropSchema(pool, schema)),
      }
    })

    it('an event commits with its transaction, and is delivered', async () => {
      const { schema } = await freshStorage()
      const { webhooks, transport } = dispatcherOn(postgresStorage(pool, { schema }))
      await webhooks.subscriptions.create(fields)
      const client = await pool.connect()
      await client.query('BEGIN')
      await webhooks.dispatch('order.created', { n: 1 }, { session: client })
      await client.query('COMMIT')
      client.release()
      await webhooks.drain()
      expect(transport.requests.map(({ json }) => json.data)).toEqual([{ n: 1 }])
      await webhooks.stop()
    })
  },
)
