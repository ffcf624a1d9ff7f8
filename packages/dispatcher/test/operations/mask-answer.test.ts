import { describe, expect, it } from 'vitest'
import { maskAnswer } from '../../src/core/mask-answer.js'

const SECRET = 'current-secret-current-secret-current'
const PREVIOUS = 'previous "secret" previous/secret+previous'
const KEY = Buffer.from('key material that is long enough')
const WHSEC = `whsec_${KEY.toString('base64')}`
const about = {
  secrets: [SECRET, PREVIOUS, WHSEC].map((value) => ({ value })),
  headers: { authorization: 'Bearer token-0123456789', 'x-tenant': 'tenant-forty-two', 'x-short': 'ok' },
}
const masked = (text: string) => maskAnswer(`<${text}>`, about)
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')

describe('what is kept of an answer', () => {
  it.each([
    ['the secret', SECRET],
    ['the secret in hex', Buffer.from(SECRET).toString('hex')],
    ['the secret in HEX', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ['the secret in base64url', Buffer.from(SECRET).toString('base64url')],
    ['an earlier secret', PREVIOUS],
    ['an earlier secret in JSON', JSON.stringify(PREVIOUS).slice(1, -1)],
    ['an earlier secret in a URL', encodeURIComponent(PREVIOUS)],
    ['a whsec_ secret', WHSEC],
    ['what whsec_ stands before', WHSEC.slice('whsec_'.length).replace(/=+$/, '')],
    ['the key of a whsec_ secret in hex', KEY.toString('hex')],
    ['a header', 'tenant-forty-two'],
    ['a header with its scheme', 'Bearer token-0123456789'],
    ['a header without its scheme', 'token-0123456789'],
    ['a Standard Webhooks signature', `v1,${base64(Buffer.alloc(32, 7))}`],
    ['the seed’s signature', `sha256=${'0f'.repeat(32)}`],
    ['the seed’s signature in capitals', `SHA256=${'0F'.repeat(32)}`],
  ])('has a mask in place of %s', (_what, text) => {
    expect(masked(text)).toBe('<********>')
  })

  it('has masks for base64 with its padding too, which tells nothing', () => {
    for (const text of [SECRET, PREVIOUS]) expect(masked(base64(text))).toMatch(/^<\*{8}=*>$/)
  })

  it('has a mask for each time that something is repeated', () => {
    expect(maskAnswer(`${SECRET} and ${SECRET} by tenant-forty-two`, about)).toBe(
      '******** and ******** by ********',
    )
  })

  it('leaves words, short values and everything else', () => {
    for (const answer of ['', 'ok', '{"received":true}', 'v1, v2 and sha256=short', 'x'.repeat(16_384)])
      expect(maskAnswer(answer, about)).toBe(answer)
  })

  it('knows of a change at once', () => {
    const { headers } = about
    expect(maskAnswer('another-secret', { secrets: [], headers })).toBe('another-secret')
    expect(maskAnswer('another-secret', { secrets: [{ value: 'another-secret' }], headers })).toBe('********')
    expect(maskAnswer('tenant-forty-two', { secrets: [], headers: {} })).toBe('tenant-forty-two')
  })

  it('takes what has no place in a URL', () => {
    expect(
      maskAnswer('half \ud800 a pair', { secrets: [{ value: 'half \ud800 a pair' }], headers: {} }),
    ).toBe('********')
  })
})
