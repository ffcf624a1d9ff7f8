import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { ConflictError, StorageUnavailableError, WebhooksError } from '@swigs/webhooks-protocol'
import { describe, expect, it } from 'vitest'
import { adminHandler } from '../src/fetch.js'
import type { ManagedDispatcher } from '../src/index.js'
import { dispatcherOn, registration, SECRET } from './support.js'

/** What `GET /stats` answers when it fails with `error`, and what is logged. */
const failing = async (error: unknown) => {
  const { webhooks } = dispatcherOn(memoryStorage())
  const dispatcher = Object.create(webhooks, {
    stats: { value: () => Promise.reject(error) },
  }) as ManagedDispatcher
  const lines: unknown[] = []
  const logger = { error: (...line: unknown[]) => void lines.push(line) }
  const handle = adminHandler(dispatcher, { authorize: 'none', logger })
  const response = await handle(new Request('http://localhost/stats'))
  return { status: response.status, headers: response.headers, body: await response.json(), lines }
}

describe('an error of the dispatcher', () => {
  it('that says storage is away is a 503 that says when to come again', async () => {
    const { status, headers, body, lines } = await failing(
      new StorageUnavailableError(`connect to ${SECRET} failed`),
    )
    expect([status, headers.get('retry-after'), lines]).toEqual([503, '5', []])
    expect(body).toEqual({ message: 'Storage is not available just now; try again' })
  })

  it('that says the process stops is a 503 as well', async () => {
    const { status, headers } = await failing(new WebhooksError('STOPPED', 'stopped'))
    expect([status, headers.get('retry-after')]).toEqual([503, '5'])
  })

  it('that is a conflict is a 409 with its text', async () => {
    const { status, body } = await failing(new ConflictError('It is delivered.'))
    expect([status, body]).toEqual([409, { message: 'It is delivered.' }])
  })

  it('that is none of ours is a 500 without its words, which the log does not have either', async () => {
    for (const error of [
      Object.assign(new Error(`E11000 ${SECRET}`), { code: 11_000 }),
      new WebhooksError('SESSION_UNSUPPORTED', SECRET),
      undefined,
      null,
      SECRET,
    ]) {
      const { status, body, lines } = await failing(error)
      expect([status, body]).toEqual([500, { message: 'Internal error' }])
      expect(lines).toHaveLength(1)
      expect(JSON.stringify(lines)).not.toContain(SECRET)
    }
  })
})

describe('a logger that fails', () => {
  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('because it %s changes no answer', async (_how, error) => {
    const { webhooks } = dispatcherOn(memoryStorage())
    const stats = { value: () => Promise.reject(new Error('away')) }
    const dispatcher = Object.create(webhooks, { stats }) as ManagedDispatcher
    const handle = adminHandler(dispatcher, { authorize: 'none', logger: { error: error as () => void } })
    expect((await handle(new Request('http://localhost/stats'))).status).toBe(500)
  })
})

describe('who did it', () => {
  it('may be an id that is no string, as apps without types have it', async () => {
    const { webhooks, observed } = dispatcherOn(memoryStorage())
    const { id } = await webhooks.subscriptions.create(registration)
    const actor = () => ({ toString: () => '65a000000000000000000007' }) as never
    const handle = adminHandler(webhooks, { authorize: 'none', actor })
    const request = new Request(`http://localhost/${id}/rotate-secret`, { method: 'POST' })
    expect((await handle(request)).status).toBe(200)
    expect(observed.at(-1)).toMatchObject({ change: 'secret_rotated', actor: '65a000000000000000000007' })
  })
})
