import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAnswerHead } from '../src/core/answer-head.js'

const head = (...lines: string[]): string => [...lines, '', ''].join('\r\n')
const mended = (...lines: string[]) => {
  const read = readAnswerHead(head(...lines))
  return read.kind === 'final' ? read.mended : read
}

describe('the head of an answer', () => {
  it.each([
    ['HTTP/1.1 200 OK'],
    ['HTTP/1.1 200 OK', 'Content-Length: 2'],
    ['HTTP/1.1 200 OK', 'Transfer-Encoding: gzip, chunked'],
    ['HTTP/1.1 204 No Content', 'Content-Length: 0'],
    ['HTTP/1.1 304 Not Modified', 'X-Content-Length: 5'],
    ['HTTP/1.1 200', 'content-LENGTH:  2 '],
    ['HTTP/1.1 OK'],
    ['HTTP/1.1 2000 OK'],
  ])('is left as it is: %j %j', (...lines) => {
    expect(readAnswerHead(head(...lines))).toEqual({ kind: 'final', mended: null })
  })

  it.each(['100 Continue', '102 Processing', '103', '110 Odd', '199 Odd'])(
    'is an interim one: %s',
    (status) => {
      expect(readAnswerHead(head(`HTTP/1.1 ${status}`, 'Content-Length: 5')).kind).toBe('interim')
    },
  )

  it.each([
    [['HTTP/1.1 101 Switching Protocols'], 'UNASKED_UPGRADE'],
    [['HTTP/1.1 099 Odd'], 'INVALID_STATUS'],
    [['HTTP/1.1 200 OK\nContent-Length: 2'], 'BARE_LINE_FEED'],
    [['HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK'], 'BARE_LINE_FEED'],
  ])('is none: %j', (lines, code) => {
    expect(readAnswerHead(head(...lines))).toEqual({ kind: 'invalid', code })
  })

  it('loses what misstates where the answer ends, and nothing else', () => {
    const close = 'Connection: close'
    expect(mended('HTTP/1.1 204 No', 'Content-Length: 5', 'A: 1')).toBe(
      head('HTTP/1.1 204 No', 'A: 1', close),
    )
    expect(mended('HTTP/1.1 304 No', 'Transfer-Encoding: chunked')).toBe(head('HTTP/1.1 304 No', close))
    const chunked = 'transfer-encoding: chunked'
    expect(mended('HTTP/1.1 200 OK', 'Content-Length: 5', chunked)).toBe(
      head('HTTP/1.1 200 OK', chunked, close),
    )
    const twice = [
      'Content-Length: 5',
      'Keep-Alive: timeout=5',
      'Connection: keep-alive',
      'CONTENT-length: 5',
    ]
    expect(mended('HTTP/1.1 200 OK', ...twice)).toBe(head('HTTP/1.1 200 OK', 'Content-Length: 5', close))
    expect(mended('HTTP/1.1 200 OK', 'Content-Length: 5, 5')).toBe(
      head('HTTP/1.1 200 OK', 'Content-Length: 5', close),
    )
    for (const wrong of ['5, 6', 'five', '-5', '', '9'.repeat(40)])
      expect(mended('HTTP/1.1 200 OK', `Content-Length: ${wrong}`), wrong).toBe(
        head('HTTP/1.1 200 OK', close),
      )
    expect(mended('HTTP/1.1 200 OK', 'A: one', '\t two', 'Content-Length: 5')).toBe(
      head('HTTP/1.1 200 OK', 'A: one two', 'Content-Length: 5', close),
    )
  })

  it('needs to be mended once at most', () => {
    const line = fc.constantFrom(
      'Content-Length: 5',
      'Content-Length: 6',
      'Content-Length: x',
      'Transfer-Encoding: chunked',
      'A: 1',
      ' more',
      'Connection: keep-alive',
    )
    const status = fc.constantFrom('200 OK', '204 No Content', '304 Not Modified', '500 Oh')
    fc.assert(
      fc.property(status, fc.array(line, { maxLength: 6 }), (code, lines) => {
        const once = mended(`HTTP/1.1 ${code}`, 'First: 1', ...lines)
        if (typeof once === 'string') expect(readAnswerHead(once)).toEqual({ kind: 'final', mended: null })
      }),
    )
  })
})
