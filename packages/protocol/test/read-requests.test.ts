import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import {
  assertSecret,
  errorName,
  errorText,
  InvalidSecretError,
  isIdentityEncoding,
  isWebhooksError,
  issuesToText,
  serialiseEnvelope,
  signStandard,
  verify,
  type HeaderBag,
} from '../src/index.js'

const secret = 'a-secret-that-both-sides-know-0123456789'
const now = Date.UTC(2026, 1, 1, 10)
const timestamp = new Date(now).toISOString()
const body = serialiseEnvelope({ id: 'evt_1', event: 'order.paid', timestamp, data: { total: 1 } })
const signature = signStandard({ id: 'evt_1', timestampSeconds: now / 1000, body, secrets: [secret] })
const headers = {
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(now / 1000),
  'webhook-signature': signature,
  'x-webhook-event': 'order.paid',
  'x-webhook-timestamp': timestamp,
}
type Given = HeaderBag | Headers
const outcome = (given: Given) => verify({ headers: given, body, secrets: secret, now })

describe('the headers of a request', () => {
  const renamed = (rename: (name: string) => string): HeaderBag =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [rename(name), value]))

  it.each<[string, Given]>([
    ['in lower case', headers],
    ['in upper case', renamed((name) => name.toUpperCase())],
    [
      'as a proxy writes them',
      renamed((name) => name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase())),
    ],
    ['as Headers', new Headers(headers)],
    ['as lists of one', Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]))],
    ['of another realm', runInNewContext(`(${JSON.stringify(headers)})`) as HeaderBag],
    ['among others of the same length', { ...headers, 'user-agent': 'x', 'x-forwarded-host': 'a, b' }],
  ])('are read %s', (_how, given) => {
    expect(outcome(given).ok).toBe(true)
  })

  it.each(Object.keys(headers))('refuse a %s that was given twice, by its name', (name) => {
    const value = headers[name as keyof typeof headers]
    const twice = [
      { ...headers, [name]: [value, value] },
      { ...headers, [name.toUpperCase()]: value },
      // As Node's servers and Headers join them; a timestamp is then one that the body contradicts.
      { ...headers, [name]: `${value}, ${value}` },
      { ...headers, [name]: `${value},${value}` },
    ]
    for (const given of twice)
      expect(outcome(given)).toEqual({
        ok: false,
        reason: expect.stringMatching(/^(repeated_header|header_mismatch)$/),
        header: name,
      })
    const appended = new Headers(headers)
    appended.append(name, value)
    expect(outcome(appended)).toMatchObject({ ok: false, header: name })
  })

  it('take several signatures in one, as while a secret is rotated', () => {
    const other = `v1,${'A'.repeat(43)}=`
    expect(outcome({ ...headers, 'webhook-signature': `${other} ${signature}` }).ok).toBe(true)
    expect(outcome({ ...headers, 'webhook-signature': `${other}, ${signature}` })).toMatchObject({
      reason: 'repeated_header',
      header: 'webhook-signature',
    })
  })
})

describe('a byte order mark', () => {
  it.each([
    ['bytes', (text: string) => Buffer.from(text)],
    ['a view into a larger buffer', (text: string) => new Uint8Array(Buffer.from(`{}${text}`)).subarray(2)],
    ['text', (text: string) => text],
  ])('is signed with the body and not parsed: %s', (_how, made) => {
    const marked = made(`\ufeff${body}`)
    const signed = signStandard({
      id: 'evt_1',
      timestampSeconds: now / 1000,
      body: marked,
      secrets: [secret],
    })
    const check = (given: string | Uint8Array) =>
      verify({ headers: { ...headers, 'webhook-signature': signed }, body: given, secrets: secret, now })
    expect(check(marked)).toEqual({ ok: true, envelope: JSON.parse(body) })
    expect(check(body)).toEqual({ ok: false, reason: 'bad_signature' })
  })
})

describe('Content-Encoding', () => {
  it.each([
    undefined,
    null,
    '',
    ' ',
    'identity',
    'Identity',
    ' IDENTITY ',
    'identity, identity',
    ',',
    'identity,',
    ['identity'],
  ])('%j says that nothing was done', (value) => expect(isIdentityEncoding(value)).toBe(true))
  it.each([
    'gzip',
    'identity, gzip',
    'br',
    'x-gzip',
    'identityx',
    'not identity',
    'none',
    ['identity', 'br'],
  ])('%j says that something was', (value) => expect(isIdentityEncoding(value)).toBe(false))
})

describe('a secret', () => {
  it.each([
    `${secret}\n`,
    `${secret}\r\n`,
    ` ${secret}`,
    `${secret}\t`,
    `\ufeff${secret}`,
    `"${secret}"`,
    `'${secret}'`,
    `whsec_${'A'.repeat(32)}\n`,
  ])('is refused with what readers of .env files leave around it, by a message that says so: %j', (given) => {
    expect(() => assertSecret(given)).toThrow(InvalidSecretError)
    expect(() => assertSecret(given)).toThrow(
      /^The secret (begins or ends with white space|has quotes around it)/,
    )
    expect(() => assertSecret(given)).not.toThrow(secret)
  })
  it('may have white space and quotes inside', () => {
    expect(() => assertSecret(`a "quoted" ${secret}`)).not.toThrow()
    expect(() => assertSecret(`"${secret}`)).not.toThrow()
  })
})

describe('errors', () => {
  it('are told from anything else in whatever realm they were made', () => {
    const foreign = runInNewContext(`Object.assign(new TypeError('no'), { code: 'E_NO' })`) as unknown
    expect([errorText(foreign), errorName(foreign)]).toEqual(['no', 'TypeError E_NO'])
    expect([errorText(new RangeError('far')), errorName(new RangeError('far'))]).toEqual([
      'far',
      'RangeError',
    ])
    for (const thrown of ['CANARY', null, undefined, { message: 'CANARY' }])
      expect([errorText(thrown), errorName(thrown)]).toEqual(['unknown error', 'not an Error'])
    for (const thrown of [null, undefined, 'x', foreign]) expect(isWebhooksError(thrown)).toBe(false)
  })

  it('have their issues in one line', () => {
    const issues = [
      { path: 'items[0].price', message: 'Expected a number' },
      { path: '', message: 'Expected an object' },
    ]
    expect(issuesToText(issues)).toBe('items[0].price: Expected a number; Expected an object')
    expect(issuesToText(issues, 'data')).toBe('items[0].price: Expected a number; data: Expected an object')
  })
})
