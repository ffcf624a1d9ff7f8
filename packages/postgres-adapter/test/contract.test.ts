import { afterAll, beforeAll } from 'vitest'
import type pg from 'pg'
import { describeStorage } from '@swigs/webhooks-dispatcher/contracts'
import { postgresStorage } from '../src/postgres-storage.js'
import { dropSchema, freshSchema, poolOn } from './support.js'

let pool: pg.Pool
let otherPool: pg.Pool
beforeAll(() => {
  pool = poolOn()
  otherPool = poolOn()
})
afterAll(() => Promise.all([pool.end(), otherPool.end()]))

describeStorage('postgresStorage', async () => {
  const schema = freshSchema()
  return {
    storage: postgresStorage(pool, { schema }),
    reopen: async () => postgresStorage(otherPool, { schema }),
    cleanup: async () => void (await dropSchema(pool, schema)),
  }
})
