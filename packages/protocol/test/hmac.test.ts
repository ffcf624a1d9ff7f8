import crypto, { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmac, hmacKey, type HmacKey } from '../src/hmac.js'

const fromNode = (key: Buffer, text: string, body: string | Uint8Array) =>
  createHmac('sha256', key).update(text).update(body).digest('base64')

const hmacBase64 = (key: HmacKey, text: string, body: string | Uint8Array) => hmac(key, text, body, 'base64')

describe('our HMAC-SHA256', () => {
  // RFC 4231, sections 4.2 to 4.8 (4.6 is of a truncated one).
  it.each([
    [Buffer.alloc(20, 0x0b), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
    [
      Buffer.from('Jefe'),
      'what do ya want for nothing?',
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      Buffer.alloc(20, 0xaa),
      Buffer.alloc(50, 0xdd),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      Buffer.alloc(131, 0xaa),
      'Test Using Larger Than Block-Size Key - Hash Key First',
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ])('is that of RFC 4231: %#', (key, body, hex) => {
    expect(hmac(hmacKey(key), '', body, 'hex')).toBe(hex)
    expect(Buffer.from(hmacBase64(hmacKey(key), '', body), 'base64').toString('hex')).toBe(hex)
  })

  it('is Node’s, whatever the key, the text and the body', () => {
    const bytes = (maxLength: number) => fc.uint8Array({ minLength: 0, maxLength })
    const body = fc.oneof(bytes(2_000), fc.string({ unit: 'binary', maxLength: 2_000 }))
    fc.assert(
      fc.property(bytes(256), fc.string({ unit: 'binary' }), body, (raw, text, given) => {
        const key = Buffer.from(raw)
        expect(hmacBase64(hmacKey(key), text, given)).toBe(fromNode(key, text, given))
      }),
    )
  })

  it.each([16_000, 16_383, 16_384, 100_000])('is Node’s for a body of %i, which is long', (length) => {
    const key = Buffer.alloc(32, 7)
    for (const body of ['é'.repeat(length), 'x'.repeat(length), Buffer.alloc(length, 1)])
      expect(hmacBase64(hmacKey(key), 'id.1.', body)).toBe(fromNode(key, 'id.1.', body))
  })

  it('keeps nothing of an earlier message or another key', () => {
    const [one, two] = [hmacKey(Buffer.alloc(32, 1)), hmacKey(Buffer.alloc(32, 2))]
    const first = hmacBase64(one, 'id.1.', 'a'.repeat(1_000))
    hmacBase64(two, 'id.2.', 'b'.repeat(5_000))
    expect(hmacBase64(one, 'id.1.', 'a'.repeat(1_000))).toBe(first)
  })

  it('is Node’s where the runtime has no one-shot hash', () => {
    const { hash } = crypto
    Reflect.set(crypto, 'hash', undefined)
    try {
      const key = Buffer.alloc(32, 7)
      expect(hmacBase64(hmacKey(key), 'id.1.', 'body')).toBe(fromNode(key, 'id.1.', 'body'))
    } finally {
      Reflect.set(crypto, 'hash', hash)
    }
  })
})
