import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { serialiseEnvelope, signedHeaders, signLegacy, verify } from '../src/index.js'

const secret = 'seed-secret-seed-secret-seed-secret'
const now = Date.UTC(2026, 1, 1, 10)
const timestamp = new Date(now).toISOString()
const id = 'evt_1'

const request = (over: Partial<{ body: string; type: string }> = {}) => {
  const body = over.body ?? serialiseEnvelope({ id, event: 'order.created', timestamp, data: { a: 1 } })
  const type = over.type ?? 'order.created'
  const attempt = { attemptTimestampSeconds: now / 1000, deliveryId: 'dlv_1', attempt: 1, userAgent: 'x' }
  return {
    headers: signedHeaders({ id, type, timestamp, body, secrets: [secret], ...attempt }) as Record<
      string,
      string
    >,
    body,
  }
}

describe('verify', () => {
  it('answers the envelope of the signed body', () => {
    expect(verify({ ...request(), secrets: secret, now })).toEqual({
      ok: true,
      envelope: { id, event: 'order.created', timestamp, data: { a: 1 } },
    })
  })

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('misses %s', (name) => {
    const { headers, body } = request()
    const { [name]: _gone, ...rest } = headers
    expect(verify({ headers: rest, body, secrets: secret, now })).toEqual({
      ok: false,
      reason: 'missing_signature',
    })
  })

  it('does not let the seed’s signature rescue a bad standard one, legacy or not', () => {
    const { headers, body } = request()
    const forged = { ...headers, 'webhook-signature': 'v1,AAAA' }
    expect(verify({ headers: forged, body, secrets: secret, now, legacy: true })).toEqual({
      ok: false,
      reason: 'bad_signature',
    })
  })

  it.each(['X-Webhook-Event', 'X-Webhook-Timestamp'])('refuses a %s that disagrees with the body', (name) => {
    const { headers, body } = request()
    expect(verify({ headers: { ...headers, [name]: 'other' }, body, secrets: secret, now })).toEqual({
      ok: false,
      reason: 'header_mismatch',
      header: name.toLowerCase(),
    })
  })

  it.each([
    'not json',
    '[]',
    'null',
    '{"id":"evt_1"}',
    '{"id":"a.b","event":"a","timestamp":"2026-02-01","data":{}}',
    '{"id":"evt_1","event":"A B","timestamp":"2026-02-01","data":{}}',
  ])('calls %s malformed, though signed', (body) => {
    expect(verify({ ...request({ body }), secrets: secret, now })).toEqual({ ok: false, reason: 'malformed' })
  })

  it('takes the seed’s signature alone only when told to, and not for ever', () => {
    const body = JSON.stringify({ event: 'order.created', timestamp, data: { a: 1 } })
    const headers = { 'x-webhook-signature': signLegacy(body, secret), 'x-webhook-event': 'order.created' }
    const check = (over: object) => verify({ headers, body, secrets: secret, now, ...over })
    expect(check({})).toEqual({ ok: false, reason: 'missing_signature' })
    expect(check({ legacy: true })).toMatchObject({
      ok: true,
      envelope: { event: 'order.created', id: expect.stringMatching(/^evt_[0-9a-f]{32}$/) },
    })
    expect(check({ legacy: true, now: now + 3_600_001 })).toEqual({
      ok: false,
      reason: 'timestamp_out_of_tolerance',
    })
    expect(check({ legacy: true, body: `${body} ` })).toEqual({ ok: false, reason: 'bad_signature' })
  })

  it('never accepts what was not signed with the secret', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.string(),
        fc.dictionary(fc.string(), fc.string()),
        (body, signature, headers) => {
          const forged = {
            ...headers,
            'webhook-id': id,
            'webhook-timestamp': String(now / 1000),
            'webhook-signature': signature,
          }
          expect(verify({ headers: forged, body, secrets: secret, now, legacy: true }).ok).toBe(false)
        },
      ),
    )
  })
})

describe('serialiseEnvelope', () => {
  it('gives a text that parsing and printing gives again', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const body = serialiseEnvelope({ id, event: 'a', timestamp, data })
        expect(JSON.stringify(JSON.parse(body))).toBe(body)
      }),
    )
  })
})
