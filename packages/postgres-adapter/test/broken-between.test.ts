import { expect, it } from 'vitest'
import { pgDatabase } from '../src/drivers/pg-pool.js'
import { poolOn } from './support.js'

it('a connection that breaks between two statements of a transaction fails the next one, and nothing else', async () => {
  const pool = poolOn()
  const database = pgDatabase(pool, 5_000, () => undefined)
  const alive = async (pid: number | undefined) =>
    (await pool.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount
  const uncaught: unknown[] = []
  const listen = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', listen)
  const run = database.transaction(async (query) => {
    const [backend] = await query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    await pool.query('SELECT pg_terminate_backend($1)', [backend?.pid])
    await expect.poll(() => alive(backend?.pid)).toBe(0)
    await query('SELECT 1')
  })
  await expect(run).rejects.toThrow()
  process.off('uncaughtException', listen)
  expect(uncaught).toEqual([])
  expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  await pool.end()
})
