import { gzipSync } from 'node:zlib'
import { swigsEvents } from '@swigs/webhooks-protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createReceiver } from '../src/receiver.js'
import { signedRequest } from '../src/testing.js'
import { MOUNTS, type Mount } from './mounts.js'

const secret = 'receiver-secret-receiver-secret-0123'
const data = { customerId: 'c1', email: 'ada@example.com', changedFields: ['firstName'] }

describe.each(Object.entries(MOUNTS))('a receiver on %s', (_name, mount) => {
  const lines: string[] = []
  const handled: string[] = []
  const unhandled: string[] = []
  let fails = false
  let gate: Promise<void> = Promise.resolve()
  let mounted: Mount

  beforeEach(async () => {
    lines.length = handled.length = unhandled.length = 0
    fails = false
    gate = Promise.resolve()
    const note = (fields: object, message: string) => void lines.push(JSON.stringify(fields) + message)
    const receiver = createReceiver({
      secret: ['an-earlier-secret-an-earlier-secret', secret],
      events: swigsEvents,
      logger: { warn: note, error: note },
      on: {
        'customer.updated': async (event) => {
          await gate
          if (fails) throw new Error('PAYLOADCANARY from the handler')
          handled.push(`${event.id} ${event.data.changedFields.join()}`)
        },
      },
      onUnhandled: (event) => unhandled.push(event.event),
    })
    mounted = await mount(receiver)
  })
  afterEach(() => mounted.close())

  const request = (type = 'customer.updated', payload: unknown = data, over: object = {}) =>
    signedRequest(type, payload, { secret, ...over })

  it('accepts what is signed, and a second time as a duplicate', async () => {
    const signed = request()
    expect(await mounted.send(signed)).toMatchObject({ status: 200, body: { received: true } })
    expect((await mounted.send(signed)).body).toEqual({ received: true, duplicate: true })
    expect(handled).toEqual([`${signed.headers['webhook-id']} firstName`])
  })

  it('answers 401 and no more when the signature is missing', async () => {
    const answer = await mounted.send({ headers: { 'content-type': 'application/json' }, body: '{}' })
    expect(answer).toMatchObject({ status: 401, body: { error: 'Missing signature' } })
  })

  it('answers 401 alike for a wrong signature, a changed body and an old timestamp; the log knows which', async () => {
    const signed = request()
    for (const wrong of [
      { ...signed, body: signed.body.replace('ada', 'eve') },
      { ...signed, headers: { ...signed.headers, 'webhook-signature': 'v1,AAAA' } },
      request(undefined, undefined, { now: Date.now() - 301_000 }),
    ])
      expect(await mounted.send(wrong)).toMatchObject({ status: 401, body: { error: 'Invalid signature' } })
    expect(lines.join()).toMatch(/bad_signature.*bad_signature.*timestamp_out_of_tolerance/s)
    expect(handled).toEqual([])
  })

  it('answers 400 for a signed body that is no envelope, does not fit its schema, or that a header contradicts', async () => {
    const signed = request()
    for (const wrong of [
      request('Not A Type'),
      request('customer.updated', { customerId: 'c1' }),
      { ...signed, headers: { ...signed.headers, 'x-webhook-event': 'order.created' } },
    ])
      expect(await mounted.send(wrong)).toMatchObject({ status: 400, body: { error: 'Malformed payload' } })
    expect(handled).toEqual([])
  })

  it('answers 413 beyond a mebibyte', async () => {
    const signed = request('order.created', { text: 'x'.repeat(1_100_000) })
    expect(await mounted.send(signed)).toMatchObject({ status: 413, body: { error: 'Payload too large' } })
  })

  it('answers 415 for a compressed body, and does not inflate it', async () => {
    const signed = request()
    const body = new Uint8Array(gzipSync(signed.body))
    const headers = { ...signed.headers, 'content-encoding': 'gzip' }
    expect(await mounted.send({ headers, body })).toMatchObject({
      status: 415,
      body: { error: 'Unsupported encoding' },
    })
  })

  it('answers 500 without the handler’s words, and takes the next try', async () => {
    const signed = request()
    fails = true
    const answer = await mounted.send(signed)
    expect(answer).toMatchObject({ status: 500, body: { error: 'Handler failed' } })
    expect(lines.join()).not.toContain('PAYLOADCANARY')
    fails = false
    expect((await mounted.send(signed)).body).toEqual({ received: true })
  })

  it('lets one of two at once in, and asks the other to come again', async () => {
    const signed = request()
    let open = (): void => undefined
    gate = new Promise((resolve) => (open = resolve))
    const both = [mounted.send(signed), mounted.send(signed)]
    const first = await Promise.race(both)
    expect(first).toMatchObject({ status: 503, body: { error: 'In progress' } })
    expect(first.headers.get('retry-after')).toBe('5')
    open()
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 503])
    expect(handled).toHaveLength(1)
  })

  it('accepts a type that nobody handles, and tells onUnhandled', async () => {
    expect(await mounted.send(request('order.teleported', {}))).toMatchObject({
      status: 200,
      body: { received: true },
    })
    expect(unhandled).toEqual(['order.teleported'])
  })

  it('answers 405 to anything but a POST', async () => {
    const answer = await mounted.send({ method: 'GET', headers: {} })
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('POST')
  })
})
