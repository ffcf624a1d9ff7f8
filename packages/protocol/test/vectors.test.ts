import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import vectors from '../../../spec/signature-vectors.json'
import { signedHeaders, signLegacy, signStandard, verify, verifySignature } from '../src/index.js'

const encoded = (secret: string) =>
  secret.startsWith('whsec_') ? secret : `whsec_${Buffer.from(secret).toString('base64')}`

describe.each(vectors)('vector: $name', (vector) => {
  const { id, timestamp, secrets, body, standard } = vector
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': standard }
  const now = timestamp * 1000

  it('is what we sign', () => {
    expect(signStandard({ id, timestampSeconds: timestamp, body, secrets })).toBe(standard)
    if ('legacy' in vector) expect(signLegacy(body, secrets[0] ?? '')).toBe(vector.legacy)
  })

  it('is what we verify, with any one of its secrets, as text and as bytes', () => {
    for (const secret of secrets) {
      expect(verifySignature({ headers, body, secrets: secret, now })).toBeNull()
      expect(
        verifySignature({ headers, body: Buffer.from(body), secrets: [`wrong ${secret}`, secret], now }),
      ).toBeNull()
    }
  })

  it('is refused when a byte, the id, the time, the secret or the signature is another', () => {
    const refusals = [
      { headers, body: `${body} `, secrets, now },
      { headers: { ...headers, 'webhook-id': `${id}x` }, body, secrets, now },
      { headers: { ...headers, 'webhook-timestamp': String(timestamp + 1) }, body, secrets, now },
      { headers, body, secrets: 'another-secret-another-secret', now },
      { headers: { ...headers, 'webhook-signature': standard.replaceAll('v1,', 'v2,') }, body, secrets, now },
      {
        headers: {
          ...headers,
          'webhook-signature': standard
            .split(' ')
            .map((one) => one.slice(0, -4))
            .join(' '),
        },
        body,
        secrets,
        now,
      },
      { headers: { ...headers, 'webhook-signature': 'v1,' }, body, secrets, now },
    ]
    for (const refusal of refusals) expect(verifySignature(refusal)).toBe('bad_signature')
  })

  it('is refused five minutes and a second before and after its time', () => {
    expect(verifySignature({ headers, body, secrets, now: now + 300_000 })).toBeNull()
    expect(verifySignature({ headers, body, secrets, now: now + 301_000 })).toBe('timestamp_out_of_tolerance')
    expect(verifySignature({ headers, body, secrets, now: now - 301_000 })).toBe('timestamp_out_of_tolerance')
  })
})

describe('interoperability', () => {
  const now = Date.now()
  const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'a plain secret, 0123456789abcdef']
  const id = 'evt_01a20b769dd0706f814356267f89c654'
  const body = JSON.stringify({
    id,
    event: 'order.created',
    timestamp: new Date(now).toISOString(),
    data: { name: 'Zoë 💥' },
  })
  const ours = signedHeaders({
    id,
    type: 'order.created',
    timestamp: new Date(now).toISOString(),
    body,
    secrets,
    attemptTimestampSeconds: Math.floor(now / 1000),
    deliveryId: 'dlv_1',
    attempt: 1,
    userAgent: 'swigs-webhooks/test',
  })

  it.each([
    ['standardwebhooks', StandardWebhook],
    ['svix', SvixWebhook],
  ])('%s verifies what we sign, and we verify what it signs', (_name, Webhook) => {
    for (const secret of secrets) {
      const theirs = new Webhook(encoded(secret))
      expect(theirs.verify(body, ours)).toEqual(JSON.parse(body))
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now / 1000)),
        'webhook-signature': theirs.sign(id, new Date(now), body),
      }
      expect(verify({ headers, body, secrets: secret, now })).toMatchObject({ ok: true, envelope: { id } })
    }
  })

  it('the seed’s own comparison holds for what we sign', () => {
    const expected = `sha256=${createHmac('sha256', secrets[0] ?? '')
      .update(JSON.stringify(JSON.parse(body)))
      .digest('hex')}`
    expect(ours['X-Webhook-Signature']).toBe(expected)
  })
})
