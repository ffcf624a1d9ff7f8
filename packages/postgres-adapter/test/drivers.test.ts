import { PGlite } from '@electric-sql/pglite'
import postgres from 'postgres'
import { describeStorage } from '@swigs/webhooks-dispatcher/contracts'
import { testSize } from '../../../tools/test-size.js'
import { postgresStorage } from '../src/postgres-storage.js'
import { dropSchema, freshSchema, poolOn, postgresUri } from './support.js'

describeStorage('postgresStorage on postgres.js', async () => {
  const schema = freshSchema()
  const sql = postgres(postgresUri, { max: 4, onnotice: () => undefined })
  return {
    storage: postgresStorage(sql, { schema }),
    reopen: async () => postgresStorage(sql, { schema }),
    cleanup: async () => {
      await sql.end()
      const pool = poolOn()
      await dropSchema(pool, schema)
      await pool.end()
    },
  }
})

if (testSize === 'long') {
  describeStorage('postgresStorage with prepared statements', async () => {
    const schema = freshSchema()
    const pool = poolOn()
    return {
      storage: postgresStorage(pool, { schema, prepare: true }),
      cleanup: async () => {
        await dropSchema(pool, schema)
        await pool.end()
      },
    }
  })

  let pglite: PGlite | undefined
  describeStorage('postgresStorage on PGlite', async () => {
    // One for all: it takes a second to start.
    const own = (pglite ??= new PGlite())
    const schema = freshSchema()
    return {
      storage: postgresStorage(own, { schema }),
      cleanup: async () => void (await own.exec(`DROP SCHEMA "${schema}" CASCADE`)),
    }
  })

  describeStorage('postgresStorage in a database that sorts as people do', async () => {
    const name = freshSchema()
    const admin = poolOn()
    await admin.query(`CREATE DATABASE "${name}" LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0`)
    const uri = new URL(postgresUri)
    uri.pathname = `/${name}`
    const pool = poolOn(uri.href)
    return {
      storage: postgresStorage(pool),
      reopen: async () => postgresStorage(pool),
      cleanup: async () => {
        await pool.end()
        await admin.query(`DROP DATABASE "${name}" WITH (FORCE)`)
        await admin.end()
      },
    }
  })
}
