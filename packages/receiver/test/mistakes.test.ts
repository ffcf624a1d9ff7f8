import { swigsEvents } from '@swigs/webhooks-protocol'
import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { memoryDedupe } from '../src/memory-dedupe.js'
import { expressReceiver, verifyWebhook } from '../src/express.js'
import { fastifyReceiver } from '../src/fastify.js'
import { fetchReceiver } from '../src/fetch.js'
import { nodeReceiver } from '../src/node.js'
import { createReceiver } from '../src/receiver.js'
import { signedRequest } from '../src/testing.js'

const secret = 'receiver-secret-receiver-secret-0123'
const refusal = (words: RegExp) =>
  expect.objectContaining({ code: 'INVALID_OPTIONS', message: expect.stringMatching(words) })

/** As callers without types have it. */
const create = (options?: unknown) => () => createReceiver(options as { secret: string })

describe('createReceiver', () => {
  it.each([undefined, '', null, 7, [], 'short', ['long-enough-long-enough-long', '']])(
    'refuses the secret %j at once',
    (bad) => {
      expect(create({ secret: bad })).toThrowError(refusal(/secret: /))
    },
  )

  it('refuses a handler for a type that its catalogue does not have, as nothing would ever call it', () => {
    const on = { 'order.craeted': () => undefined }
    expect(create({ secret, events: swigsEvents, on })).toThrowError(
      refusal(/on\.order\.craeted: .*Known: order\.created/),
    )
    expect(create({ secret, on })).not.toThrow()
  })

  it.each([
    [undefined, /createReceiver: Expected an object of options/],
    [{ secret, handlers: {} }, /handlers: Unknown option\. Known: secret/],
    [{ secret, on: () => undefined }, /on: Expected handlers by type/],
    [{ secret, on: { 'order.created': 'CANARY' } }, /on\.order\.created: Expected a function/],
    [{ secret, onAny: {} }, /onAny: Expected a function/],
    [{ secret, events: ['order.created'] }, /events: Expected a catalogue/],
    [{ secret, events: null }, /events: Expected a catalogue/],
    [{ secret, dedupe: new Map() }, /dedupe: Expected a Dedupe/],
    [{ secret, toleranceMs: 'CANARY' }, /toleranceMs: Expected milliseconds/],
    [{ secret, claimMs: 0 }, /claimMs: Expected a whole number, 1 or more/],
    [{ secret, bodyTimeoutMs: '10s' }, /bodyTimeoutMs: Expected a whole number, 1 or more/],
    [{ secret, dedupeTimeoutMs: null }, /dedupeTimeoutMs: Expected a whole number, 1 or more/],
    [{ secret: `${secret}\n` }, /secret: .*white space or a line break.*trim/],
    [{ secret: [secret, ` ${secret}`] }, /secret: .*white space/],
    [{ secret: `"${secret}"` }, /secret: .*quotes/],
    [{ secret, maxBodyBytes: 0 }, /maxBodyBytes: Expected a whole number, 1 or more/],
  ])('names the option that is wrong, and not its value: %#', (options, words) => {
    expect(create(options)).toThrowError(refusal(words))
    expect(create(options)).not.toThrowError(/CANARY/)
  })

  it('types handlers with a catalogue and without', () => {
    createReceiver({ secret, on: { 'invoice.sent': (event) => event.data } })
    createReceiver({ secret, events: swigsEvents, on: { 'order.paid': ({ data }) => data.payment.method } })
    const misspelt = () =>
      // @ts-expect-error no such type
      createReceiver({ secret, events: swigsEvents, on: { 'order.piad': () => undefined } })
    expect(misspelt).toThrow()
  })
})

describe('the other makers', () => {
  it('verifyWebhook names what is wrong, options that only a receiver has included', () => {
    expect(() => verifyWebhook(undefined as never)).toThrowError(refusal(/Expected an object of options/))
    expect(() => verifyWebhook({ secret, onAny: 1 } as never)).toThrowError(refusal(/onAny: Unknown option/))
  })

  it('a mount without a receiver says so when it is made, not at the first request', async () => {
    const words = /Expected what createReceiver gave you/
    expect(() => expressReceiver({ secret } as never)).toThrowError(refusal(words))
    expect(() => fetchReceiver(undefined as never)).toThrowError(refusal(words))
    expect(() => nodeReceiver({} as never)).toThrowError(refusal(words))
    const app = fastify()
    await expect(app.register(fastifyReceiver, { path: '/cms' } as never)).rejects.toThrow(words)
  })

  it('memoryDedupe refuses to remember nothing, which would be without bounds', () => {
    expect(() => memoryDedupe({ maxEntries: 0 })).toThrowError(refusal(/maxEntries: /))
    expect(() => memoryDedupe({ ttlMs: -1 })).toThrowError(refusal(/ttlMs: /))
    expect(() => memoryDedupe({ maxClaims: 0 })).toThrowError(refusal(/maxClaims: /))
  })

  it('signedRequest asks for the secret', () => {
    expect(() => signedRequest('order.created', {}, undefined as never)).toThrowError(refusal(/secret: /))
  })
})
