import { describe, expect, it } from 'vitest'
import { formatTraceparent, parseTraceparent } from '../src/index.js'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'

describe('traceparent', () => {
  it('is read as it is written', () => {
    for (const traceFlags of [0, 1, 255]) {
      const place = { traceId, spanId, traceFlags }
      expect(parseTraceparent(formatTraceparent(place))).toEqual(place)
    }
    expect(formatTraceparent({ traceId, spanId, traceFlags: 1 })).toBe(`00-${traceId}-${spanId}-01`)
  })

  it('of a later version is read as far as it is known', () => {
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01-what-the-future-will-be`)).toMatchObject({ traceId })
  })

  it.each([
    '',
    `00-${traceId}-${spanId}`,
    `00-${traceId}-${spanId}-01-more`,
    `ff-${traceId}-${spanId}-01`,
    `cc-${traceId}-${spanId}-01more`,
    `00-${'0'.repeat(32)}-${spanId}-01`,
    `00-${traceId}-${'0'.repeat(16)}-01`,
    `00-${traceId.toUpperCase()}-${spanId}-01`,
    ` 00-${traceId}-${spanId}-01`,
    `00-${traceId}-${spanId}-01\r\nx: y`,
  ])('%j is none', (text) => {
    expect(parseTraceparent(text)).toBe(null)
  })
})
