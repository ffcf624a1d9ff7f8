import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { classifyReply } from '../../src/core/classify-reply.js'
import type { Reply } from '../../src/core/reply.js'
import {
  CUT_CASES,
  INVALID_CASES,
  ODD_CASES,
  SILENT_CASES,
  STATUS_CASES,
  UNREACHED_CASES,
  type AnswerCase,
} from '../../src/testing/transport/answer-cases.js'

type Row = readonly [answer: string, attempt: string, done: string]
type Told = Pick<AnswerCase, 'answer' | 'reply' | 'done'>

const DONE = { delivered: 'delivered', retry: 'sent again by schedule', failed: 'given up' }

const row = ({ answer, reply, done }: Told): Row => {
  if ('errorClass' in reply) return [answer, `\`${reply.errorClass}\``, DONE[done]]
  const cut = reply.truncated ? ', `truncated`' : ''
  return [answer, `${reply.statusCode}${cut}`, DONE[done]]
}

/** Tried by the suite's `describeConnections`, as it takes two requests. */
const REPEATED: Row = [
  'a kept connection is closed or reset before one byte of an answer',
  'what comes of the repeat, `repeated`',
  'made once more at once, on a fresh connection',
]

/** Statuses that are treated alike share a row. */
const statusRows = (): Row[] => {
  const rows = new Map<string, string[]>()
  for (const { answer, reply } of STATUS_CASES) {
    const [code = '', about] = answer.split(', ')
    const found = classifyReply(
      { kind: 'response', retryAfter: '1', body: '', truncated: false, ...reply } as Reply,
      0,
    )
    const alike = [about ?? '', what(found)].join('|')
    rows.set(alike, [...(rows.get(alike) ?? []), code])
  }
  return [...rows].map(([alike, codes]) => {
    const [about = '', done = ''] = alike.split('|')
    return [[codes.join(', '), about].filter(Boolean).join(', '), 'the status', done]
  })
}

const what = (found: ReturnType<typeof classifyReply>): string => {
  if (found.kind === 'none') return ''
  if (found.kind === 'failed' && found.reason === 'gone') return 'given up; the subscription is deactivated'
  if (found.kind !== 'retry') return DONE[found.kind]
  const wish = 'at the later of the schedule and `Retry-After`'
  return found.holdsLane ? `sent again ${wish}, which holds the whole lane` : `sent again ${wish}`
}

const rowsOf = (text: string): Row[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[ -]+\|[ -]+\|/.test(line))
    .map(
      (line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()) as unknown as Row,
    )

describe('docs/http.md', () => {
  const docs = readFileSync(new URL('../../../../docs/http.md', import.meta.url), 'utf8')
  const sending = docs.split(/^## /m).find((section) => section.startsWith('Sending')) ?? ''

  it('says of each answer that the transports are tried with what is done', () => {
    const cases = [...ODD_CASES, ...CUT_CASES, ...INVALID_CASES, ...SILENT_CASES, ...UNREACHED_CASES]
    const [title, ...rows] = rowsOf(sending)
    expect(title).toEqual(['what comes back', 'on the attempt', 'what is done'])
    expect(rows).toEqual([...statusRows(), ...cases.map(row), REPEATED])
  })
})
