import { describe, expect, it } from 'vitest'
import { classifyReply } from '../../src/core/classify-reply.js'
import { MAX_RETRY_AFTER_MS, retryAfterMs } from '../../src/core/retry-after.js'

const NOW = Date.UTC(2026, 1, 1, 10, 0, 0)
const MINUTE = 60_000

describe('Retry-After', () => {
  it.each([
    ['seconds', '60', MINUTE],
    ['seconds with spaces around them', ' 60\t', MINUTE],
    ['no time at all', '0', 0],
    ['an IMF-fixdate', 'Sun, 01 Feb 2026 10:01:00 GMT', MINUTE],
    ['an rfc850-date', 'Sunday, 01-Feb-26 10:01:00 GMT', MINUTE],
    ['an asctime-date', 'Sun Feb  1 10:01:00 2026', MINUTE],
    ['an asctime-date late in the month', 'Sat Feb 28 10:00:00 2026', 27 * 24 * 60 * MINUTE],
    ['names in any case', 'sun, 01 feb 2026 10:01:00 gmt', MINUTE],
    ['UTC by its other names', 'Sun, 01 Feb 2026 10:01:00 +0000', MINUTE],
    ['a wrong day of the week', 'Fri, 01 Feb 2026 10:01:00 GMT', MINUTE],
    ['a leap second', 'Sun, 01 Feb 2026 10:00:60 GMT', MINUTE],
    ['a date that is past', 'Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['a date of two digits that is past', 'Sunday, 06-Nov-94 08:49:37 GMT', 0],
    ['a date of two digits, 49 years on', 'Friday, 01-Feb-75 10:00:00 GMT', Date.UTC(2075, 1, 1, 10) - NOW],
    ['a long time', '99999999', 99_999_999_000],
    ['a number without measure', '9'.repeat(400), Number.MAX_SAFE_INTEGER],
  ])('takes %s: %s', (_what, header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected)
  })

  it.each([
    null,
    '',
    ' ',
    'soon',
    '-5',
    '+5',
    '1.5',
    '5s',
    '60, 120',
    'Sun, 01 Foo 2026 10:01:00 GMT',
    'Sun, 41 Feb 2026 10:01:00 GMT',
    'Sun, 01 Feb 2026 25:01:00 GMT',
    'Sun, 01 Feb 2026 10:01:00 CET',
    '2026-02-01T10:01:00Z',
    'Sunday, 01-Feb-26',
  ])('does not guess at %j', (header) => {
    expect(retryAfterMs(header, NOW)).toBeNull()
  })

  it('is clamped to an hour, and on the record as it was asked', () => {
    const reply = {
      kind: 'response',
      statusCode: 503,
      retryAfter: '86400',
      body: '',
      truncated: false,
    } as const
    expect(classifyReply(reply, NOW)).toMatchObject({
      kind: 'retry',
      waitMs: MAX_RETRY_AFTER_MS,
      askedMs: 86_400_000,
      holdsLane: true,
    })
  })
})
