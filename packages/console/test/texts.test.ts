import { percentile as percentileOf } from '@swigs/webhooks-dispatcher'
import { describe, expect, it } from 'vitest'
import { curlOf } from '../app/text/curl.js'
import { foldedAtFirst, jsonLines, visibleLines } from '../app/text/json-lines.js'
import { percentile, sumOf } from '../app/text/metrics.js'
import { duration, fromNow } from '../app/text/time.js'
import { counted, successRate } from '../app/text/words.js'

describe('JSON in lines', () => {
  const joined = (source: string) =>
    (jsonLines(source) ?? []).map(({ depth, key, text }) => `${' '.repeat(depth)}${key}${text}`)

  it('has every text as it stands in the source', () => {
    expect(joined('{"a":1e3,"b":[12345678901234567890,"\\u00e9\\"}"],"c":{},"d":null}')).toEqual([
      '{',
      ' "a": 1e3',
      ' "b": [',
      '  12345678901234567890',
      '  "\\u00e9\\"}"',
      ' ]',
      ' "c": {}',
      ' "d": null',
      '}',
    ])
    expect(joined('"alone"')).toEqual(['"alone"'])
  })

  it('is none for what is no JSON', () => {
    for (const source of ['', '<html>', '{"a":}', '[1 2]', '{"a":1}}', 'NaN'])
      expect(jsonLines(source)).toBeNull()
  })

  it('folds what is deep and what is long, and shows no more than is asked for', () => {
    const lines = jsonLines(`{"deep":{"er":{"still":[[[[1]]]]}},"many":[${'1,'.repeat(999)}1]}`) ?? []
    const folded = foldedAtFirst(lines, 4, 400)
    const { shown, hasMore } = visibleLines(lines, folded, 20)
    expect([shown.length, hasMore]).toEqual([20, true])
    expect(shown.some((index) => (lines[index]?.depth ?? 0) > 4)).toBe(false)
    expect(visibleLines(lines, new Set([0]), 20)).toEqual({ shown: [0], hasMore: false })
  })

  it('takes a string of a megabyte and ten thousand levels', () => {
    expect(jsonLines(`{"a":"${'\\"'.repeat(500_000)}"}`)?.[1]?.text).toHaveLength(1_000_002)
    expect(jsonLines(`${'['.repeat(10_000)}${']'.repeat(10_000)}`)).toHaveLength(19_999)
  })
})

it('a command is safe to paste, whatever is in it', () => {
  const command = curlOf({
    method: 'POST',
    url: "https://example.com/?a=$(id)&b='",
    headers: { 'X-A': '`id`' },
    body: '{"it":"isn\'t $HOME"}',
  })
  expect(command).toBe(
    `curl -X POST 'https://example.com/?a=$(id)&b='\\''' \\\n  -H 'X-A: \`id\`' \\\n  --data-binary '{"it":"isn'\\''t $HOME"}'`,
  )
})

it('times and counts are said shortly', () => {
  expect([0, 999, 1_000, 59_000, 90_000, 7_200_000, 86_400_000 * 3].map(duration)).toEqual([
    '0 ms',
    '999 ms',
    '1 s',
    '59 s',
    '1.5 min',
    '2 h',
    '3 d',
  ])
  expect(fromNow(1_000_000, 1_060_000)).toBe('1 min ago')
  expect(fromNow(1_060_000, 1_000_000)).toBe('in 1 min')
  expect(counted(1, 'event')).toBe('1 event')
  expect(counted(12_345, 'event')).toBe('12,345 events')
})

it('a rate is a hundred, or nothing, only where it is', () => {
  expect(successRate(0, 0)).toBe('Nothing sent yet')
  expect(successRate(5, 0)).toBe('100 %')
  expect(successRate(0, 5)).toBe('0 %')
  expect(successRate(99_999, 1)).toBe('99.9 %')
  expect(successRate(1, 99_999)).toBe('0.1 %')
})

it('percentiles are those of the dispatcher, in whole milliseconds', () => {
  const latency = [3, 0, 7, 1, 0, 0, 9, 2, 2, 0, 1, 4]
  for (const share of [0, 0.1, 0.5, 0.9, 0.95, 1])
    expect(percentile(latency, share)).toBe(Math.round(percentileOf(latency, share) ?? NaN))
})

it('percentiles lie in the span that they are known to lie in', () => {
  const latency = [0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 2]
  expect(percentile(latency, 0.5)).toBeGreaterThan(50)
  expect(percentile(latency, 0.5)).toBeLessThanOrEqual(100)
  expect(percentile(latency, 0.95)).toBe(10_000)
  expect(percentile([0, 0], 0.5)).toBeNull()
  const point = { at: '', attempts: 12, delivered: 10, failed: 2, failedBy: {}, latency }
  expect(sumOf([point, point])).toMatchObject({ attempts: 24, delivered: 20, failed: 4 })
})
