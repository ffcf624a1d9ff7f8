import { expect, it, onTestFinished } from 'vitest'
import { postgresStorage } from '../src/postgres-storage.js'
import { poolOn } from './support.js'

it.each([
  ['schema', { schema: '' }],
  ['schema', { schema: 'x'.repeat(51) }],
  ['schema', { schema: 'a"b' }],
  ['migrate', { migrate: 'yes' }],
  ['listen', { listen: true }],
  ['listen', { listen: {} }],
  ['listen', { listen: null }],
  ['prepare', { prepare: 'always' }],
  ['operationTimeoutMs', { operationTimeoutMs: 0 }],
  ['operationTimeoutMs', { operationTimeoutMs: Number.NaN }],
  ['table', { table: 'x' }],
])('a wrong %s is refused by its name', (path, options) => {
  const pool = poolOn()
  onTestFinished(() => pool.end())
  expect(() => postgresStorage(pool, options as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining(path) }),
  )
})

it.each([[undefined], [null], ['postgres://localhost'], [{}], [{ query: () => undefined }]])(
  '%s is no pool',
  (pool) => {
    expect(() => postgresStorage(pool as never)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringContaining('pg Pool') }),
    )
  },
)
