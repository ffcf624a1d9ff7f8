import { describe, expect, it } from 'vitest'
import { createDispatcher, memoryStorage, optionsFromEnv } from '../../src/index.js'

const storage = memoryStorage()

describe('a wrong option', () => {
  it.each([
    ['', 'expected object', undefined],
    ['storage', 'sqliteStorage', {}],
    ['storage', 'sqliteStorage', { storage: {} }],
    ['storage', 'replays', { storage: { ...storage, replays: undefined } }],
    ['timeoutMs', 'got 0', { storage, timeoutMs: 0 }],
    ['timeoutMs', 'got 1.5', { storage, timeoutMs: 1.5 }],
    ['concurrency', '10000, got 20000', { storage, concurrency: 20_000 }],
    ['retry.delaysMs[0]', 'got -1', { storage, retry: { delaysMs: [-1] } }],
    ['retry.jitter', 'got 2', { storage, retry: { jitter: 2 } }],
    ['rateLimit', '{ limit: 1 to 10000', { storage, rateLimit: 100 }],
    ['rateLimit.limit', 'got 0', { storage, rateLimit: { limit: 0, windowMs: 1 } }],
    ['leaseMs', 'got 1', { storage, leaseMs: 1 }],
    ['transport', 'undiciTransport', { storage, transport: {} }],
    ['clock', 'systemClock', { storage, clock: {} }],
    ['logger', 'info, warn and error', { storage, logger: { log: () => undefined } }],
    ['events', 'defineEvents', { storage, events: ['order.created'] }],
    ['events', 'defineEvents', { storage, events: { 'order.created': {} } }],
    ['observer', 'a function', { storage, observer: {} }],
    ['timeout', 'Unknown field', { storage, timeout: 5 }],
  ])('at %j is INVALID_OPTIONS that names it, and the way out: %s', (path, text, options) => {
    const create = () => createDispatcher(options as never)
    expect(create).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }))
    expect(create).toThrow(`createDispatcher: ${path}`)
    expect(create).toThrow(text)
  })

  it('is told together with the others', () => {
    const create = () => createDispatcher({ storage, timeoutMs: 0, pollIntervalMs: 0 })
    expect(create).toThrow(/timeoutMs: .*; pollIntervalMs: /)
  })
})

it('an argument of drain or stop that is no time is refused by name, and changes nothing', async () => {
  const webhooks = createDispatcher({ storage })
  for (const wrong of [{ maxMs: '5' }, { maxMs: -1 }, { ms: 5 }, 5])
    await expect(webhooks.drain(wrong as never)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })
  for (const wrong of [{ graceMs: 'x' }, { graceMs: -1 }, { ms: 5 }])
    await expect(webhooks.stop(wrong as never)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })
  expect(await webhooks.drain()).toMatchObject({ attempts: 0 })
  await webhooks.stop('SIGTERM' as never)
  await expect(webhooks.drain()).rejects.toMatchObject({ code: 'STOPPED' })
})

describe('the seed’s environment variables', () => {
  it('set the options that they name, and nothing where they are not set', () => {
    expect(optionsFromEnv({})).toEqual({})
    expect(optionsFromEnv({ WEBHOOKS_ENABLED: '', WEBHOOK_TIMEOUT: ' ' })).toEqual({})
    expect(
      optionsFromEnv({ WEBHOOKS_ENABLED: 'TRUE', WEBHOOK_RETRY_ATTEMPTS: '3', WEBHOOK_TIMEOUT: '10000' }),
    ).toEqual({ enabled: true, retry: { delaysMs: [60_000, 300_000, 900_000] }, timeoutMs: 10_000 })
    expect(optionsFromEnv({ WEBHOOKS_ENABLED: '0', WEBHOOK_RETRY_ATTEMPTS: '5' })).toEqual({
      enabled: false,
      retry: { delaysMs: [60_000, 300_000, 900_000, 900_000, 900_000] },
    })
  })

  it.each([
    ['WEBHOOKS_ENABLED', 'yes'],
    ['WEBHOOK_RETRY_ATTEMPTS', '-1'],
    ['WEBHOOK_RETRY_ATTEMPTS', '51'],
    ['WEBHOOK_TIMEOUT', '10s'],
  ])('%s=%s is refused by name and value', (name, value) => {
    expect(() => optionsFromEnv({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'INVALID_OPTIONS',
        message: expect.stringMatching(`${name}: .*"${value}"`),
      }),
    )
  })
})
