import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  generateSecret,
  InvalidSecretError,
  serialiseEnvelope,
  signLegacy,
  signStandard,
  verify,
  verifySignature,
  type VerifyInput,
} from '@swigs/webhooks-protocol'

const secret = generateSecret()
const now = Date.parse('2026-02-01T10:00:00.000Z')
const timestamp = '2026-02-01T10:00:00.000Z'
const body = serialiseEnvelope({ id: 'evt_1', event: 'order.paid', timestamp, data: { total: 1 } })

const standard = (over: { id?: string; seconds?: number; body?: string | Uint8Array } = {}) => {
  const { id = 'evt_1', seconds = now / 1000 } = over
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signStandard({
      id,
      timestampSeconds: seconds,
      body: over.body ?? body,
      secrets: [secret],
    }),
  }
}
const outcome = (over: Partial<VerifyInput> = {}) => {
  const result = verify({ headers: standard(), body, secrets: secret, now, ...over })
  return result.ok ? 'ok' : result.reason
}

describe('verify', () => {
  it('gives the envelope of the signed body', () => {
    expect(verify({ headers: standard(), body, secrets: secret, now })).toEqual({
      ok: true,
      envelope: JSON.parse(body),
    })
  })

  it('tries every secret and every listed signature, other versions included', () => {
    const { 'webhook-signature': good, ...rest } = standard()
    const headers = { ...rest, 'webhook-signature': `v1a,abc v1,AAAA ${good}` }
    expect(outcome({ headers, secrets: [generateSecret(), secret] })).toBe('ok')
    expect(outcome({ headers, secrets: [generateSecret()] })).toBe('bad_signature')
  })

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('misses %s', (name) => {
    expect(outcome({ headers: { ...standard(), [name]: undefined } })).toBe('missing_signature')
    expect(outcome({ headers: { ...standard(), [name]: '' } })).toBe('missing_signature')
  })

  it.each([undefined, NaN])(
    'refuses what is late, and everything when the tolerance is %s',
    (toleranceMs) => {
      expect(outcome({ now: now + 300_001, toleranceMs })).toBe('timestamp_out_of_tolerance')
      expect(outcome({ toleranceMs: NaN })).toBe('timestamp_out_of_tolerance')
    },
  )

  it('takes a signature whole, and nothing less or more', () => {
    const { 'webhook-signature': good, ...rest } = standard()
    const other = `v1,${'A'.repeat(43)}=`
    const almost = `${good.slice(0, -2)}${good.endsWith('A=') ? 'B' : 'A'}=`
    for (const given of [
      'v1,',
      good.slice(0, -1),
      good.slice(0, 20),
      `${good}A`,
      good.slice(3),
      other,
      almost,
    ])
      expect(outcome({ headers: { ...rest, 'webhook-signature': given } })).toBe('bad_signature')
  })

  it('does not take an id with a dot, whose signed content could be read in two ways', () => {
    const headers = standard({ id: 'evt.1' })
    expect(verifySignature({ headers, body, secrets: secret, now })).toBe('bad_signature')
  })

  it('calls a signed body malformed when it is not JSON, not an envelope, or not UTF-8', () => {
    const broken = Buffer.concat([Buffer.from(body.slice(0, -2)), Buffer.from([0xff]), Buffer.from('}}')])
    for (const text of ['{', 'null', '[]', '{"id":"evt_1"}', `${body}\ufeff`, broken])
      expect(outcome({ body: text, headers: standard({ body: text }) })).toBe('malformed')
  })

  it.each([
    ['x-webhook-event', 'order.created'],
    ['X-Webhook-Event', 'order.created'],
    ['x-webhook-timestamp', '2026-02-01T10:00:01.000Z'],
  ])('refuses a %s that disagrees with the body', (name, value) => {
    expect(outcome({ headers: { ...standard(), [name]: value } })).toBe('header_mismatch')
  })

  it('refuses a signed id that is not the body’s', () => {
    expect(outcome({ headers: standard({ id: 'evt_2' }) })).toBe('header_mismatch')
  })

  it('never verifies with an empty, missing or short secret', () => {
    const forged = {
      ...standard(),
      'webhook-signature': `v1,${createHmac('sha256', '')
        .update(`evt_1.${now / 1000}.${body}`)
        .digest('base64')}`,
    }
    for (const secrets of ['', [], [''], [secret, ''], 'short', undefined as unknown as string])
      expect(() => verify({ headers: forged, body, secrets, now })).toThrow(InvalidSecretError)
  })
})

describe("verify with the seed's signature alone", () => {
  const seedBody = JSON.stringify({ event: 'order.paid', timestamp, data: { total: 1 } })
  const headers = { 'x-webhook-signature': signLegacy(seedBody, secret), 'x-webhook-event': 'order.paid' }
  const legacy = (over: Partial<VerifyInput> = {}) =>
    outcome({ headers, body: seedBody, legacy: true, ...over })

  it('is refused unless legacy is asked for', () => {
    expect(legacy({ legacy: false })).toBe('missing_signature')
    expect(legacy()).toBe('ok')
  })

  it('gives the same id to the same bytes', () => {
    const ids = [seedBody, seedBody, seedBody.replace('1}', '2}')].map((text) => {
      const result = verify({
        headers: { 'x-webhook-signature': signLegacy(text, secret) },
        body: text,
        secrets: secret,
        now,
        legacy: true,
      })
      return result.ok && result.envelope.id
    })
    expect(ids[0]).toMatch(/^evt_/)
    expect(ids[1]).toBe(ids[0])
    expect(ids[2]).not.toBe(ids[0])
  })

  it('refuses a body older than an hour, whatever NaN says', () => {
    expect(legacy({ now: now + 3_600_001 })).toBe('timestamp_out_of_tolerance')
    expect(legacy({ legacyMaxAgeMs: NaN })).toBe('timestamp_out_of_tolerance')
  })

  it('refuses a wrong signature', () => {
    expect(legacy({ body: `${seedBody} ` })).toBe('bad_signature')
    expect(legacy({ headers: { 'x-webhook-signature': 'sha256=' } })).toBe('bad_signature')
  })

  it.each([['v1,AAAA'], [''], [['v1,AAAA', 'v1,BBBB']]])(
    'never rescues a standard signature of %j',
    (bad) => {
      const both = { ...headers, ...standard(), 'webhook-signature': bad }
      expect(legacy({ headers: both })).toMatch(/^((bad|missing)_signature|repeated_header)$/)
    },
  )
})
