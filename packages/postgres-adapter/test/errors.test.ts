import { createServer, type AddressInfo } from 'node:net'
import pg from 'pg'
import { expect, it, onTestFinished } from 'vitest'
import { guarded, isUnavailable } from '../src/errors.js'
import { postgresStorage } from '../src/postgres-storage.js'
import { sampleEvent } from './fixtures.js'
import { freshSchema, freshStorage, poolOn, postgresUri } from './support.js'

it.each([
  ['57P01', 'an administrator ends the connection'],
  ['57P03', 'the server is starting'],
  ['57014', 'a statement is cancelled by its timeout'],
  ['40001', 'a serialisation failure'],
  ['40P01', 'a deadlock'],
  ['25006', 'a standby that is read-only'],
  ['53300', 'too many connections'],
  ['08006', 'a connection that broke'],
  ['55P03', 'a lock that was not to be had'],
  ['ECONNRESET', 'a connection that was reset'],
  ['ENOTFOUND', 'a name that the DNS does not know just now'],
  ['CONNECTION_CLOSED', 'what postgres.js says of a connection that broke'],
])('%s, %s, is for trying again', (code) => {
  expect(isUnavailable(Object.assign(new Error('no'), { code }))).toBe(true)
})

it.each([
  ['23505', 'a unique index of somebody else'],
  ['42501', 'a right that is missing'],
  ['42P01', 'a table that is missing'],
  ['28P01', 'a wrong password'],
  ['22P02', 'text that is no number'],
  ['ERR_INVALID_ARG_TYPE', 'a fault of ours'],
])('%s, %s, is not', (code) => {
  expect(isUnavailable(Object.assign(new Error('no'), { code }))).toBe(false)
})

it('a cause has neither statement, nor parameters, nor the value that a constraint was broken by', async () => {
  const secret = 'a-secret-value'
  const error = Object.assign(new Error(`invalid input syntax: "${secret}"`), {
    code: '22P02',
    detail: secret,
    parameters: [secret],
    query: secret,
  })
  const thrown = await guarded('call', () => Promise.reject(error)).catch((given: unknown) => given)
  expect(thrown).toMatchObject({ code: 'STORAGE_FAILED', cause: { code: '22P02' } })
  const { cause } = thrown as Error
  expect(JSON.stringify([thrown, cause, (cause as Error).message, (cause as Error).stack])).not.toContain(
    secret,
  )
})

it('a server that takes a connection and says nothing is waited for as long as operationTimeoutMs says', async () => {
  const silent = createServer(() => undefined)
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void silent.close())
  const { port } = silent.address() as AddressInfo
  const pool = poolOn(`postgres://postgres@127.0.0.1:${port}/postgres`)
  const storage = postgresStorage(pool, { operationTimeoutMs: 50 })
  await expect(storage.open()).rejects.toMatchObject({
    code: 'STORAGE_UNAVAILABLE',
    message: expect.stringContaining('50 ms (operationTimeoutMs)'),
  })
})

it('a call behind a lock is waited for as long as operationTimeoutMs says, and its connection is thrown away', async () => {
  const { pool, schema } = await freshStorage()
  const own = poolOn(postgresUri, { max: 1 })
  onTestFinished(() => own.end())
  const storage = postgresStorage(own, { schema, operationTimeoutMs: 2_000 })
  await storage.open()
  const client = await pool.connect()
  await client.query('BEGIN')
  await client.query(`LOCK TABLE "${schema}".events IN ACCESS EXCLUSIVE MODE`)
  const append = () => storage.events.append({ callId: 'x', events: [sampleEvent()], visibleAt: 0 })
  await expect(append()).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' })
  await client.query('COMMIT')
  client.release()
  await expect.poll(() => append().catch(() => null)).toEqual([true])
})

it('a database whose text is no UTF-8, or whose transactions are repeatable reads by default, is refused', async () => {
  const pool = poolOn()
  onTestFinished(() => pool.end())
  const name = freshSchema()
  await pool.query(`CREATE DATABASE "${name}" ENCODING LATIN1 LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`)
  const uri = new URL(postgresUri)
  uri.pathname = `/${name}`
  const latin = poolOn(uri.href)
  await expect(postgresStorage(latin).open()).rejects.toMatchObject({
    code: 'STORAGE_INVALID',
    message: expect.stringContaining('LATIN1'),
  })
  await latin.end()
  await pool.query(`DROP DATABASE "${name}"`)
  const repeatable = new pg.Pool({
    connectionString: postgresUri,
    options: '-c default_transaction_isolation=repeatable\\ read',
  })
  onTestFinished(() => repeatable.end())
  await expect(postgresStorage(repeatable).open()).rejects.toMatchObject({
    code: 'STORAGE_INVALID',
    message: expect.stringContaining('repeatable read'),
  })
})

it('a call before open says what to do', async () => {
  const pool = poolOn()
  onTestFinished(() => pool.end())
  const storage = postgresStorage(pool)
  await expect(storage.events.get(['x'])).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
    message: expect.stringContaining('open()'),
  })
  expect(await storage.now()).toBeNull()
})
