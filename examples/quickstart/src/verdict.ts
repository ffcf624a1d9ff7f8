import type { Tally } from './receiver.js'
import { LIMIT } from './settings.js'

/** The demo's numbers, and what does not add up. */
export interface Verdict {
  readonly accepted: number
  readonly deliveries: number
  readonly delivered: number
  readonly retried: number
  readonly densest: number
  readonly lost: number
  readonly duplicates: number
  readonly problems: readonly string[]
}

/** Holds what receivers saw against what the shop accepted. */
export const judge = (input: {
  tallies: Readonly<Record<string, Tally>>
  accepted: readonly string[]
  delivered: number
  pending: number
  orders: number
}): Verdict => {
  const { tallies, accepted, delivered, pending, orders } = input
  const all = Object.values(tallies)
  const missing = all.flatMap(({ handled }) => accepted.filter((number) => !handled.includes(number)))
  const repeated = all.map(({ requests, refused, handled }) => requests - refused - handled.length)
  const retried = tallies['/recovering']?.refused ?? 0
  const densest = densestWindow(tallies['/limited']?.times ?? [], LIMIT.windowMs)
  const handledTwice = all.reduce((sum, { handled }) => sum + handled.length - new Set(handled).size, 0)
  const problems = [
    accepted.length === orders ? '' : `${orders - accepted.length} orders were not accepted`,
    missing.length === 0 ? '' : `${missing.length} accepted deliveries never arrived`,
    pending === 0 ? '' : `${pending} deliveries are still waiting`,
    delivered === orders * all.length
      ? ''
      : `storage counts ${delivered} delivered, expected ${orders * all.length}`,
    densest <= LIMIT.limit ? '' : `${densest} requests in one window of the limited subscriber`,
    retried >= orders * 2 ? '' : `the recovering subscriber refused ${retried} times, expected ${orders * 2}`,
    handledTwice === 0 ? '' : `${handledTwice} events were handled twice`,
  ].filter((problem) => problem !== '')
  return {
    accepted: accepted.length,
    deliveries: orders * all.length,
    delivered,
    retried,
    densest,
    lost: missing.length,
    duplicates: repeated.reduce((sum, count) => sum + count, 0),
    problems,
  }
}

const densestWindow = (times: readonly number[], windowMs: number): number =>
  Math.max(0, ...times.map((start) => times.filter((at) => at >= start && at < start + windowMs).length))

/** The table at the end. */
export const report = (verdict: Verdict, held: number): string => {
  const { accepted, deliveries, delivered, retried, densest, lost, duplicates, problems } = verdict
  const rows: readonly (readonly [string, string])[] = [
    ['accepted', `${accepted} orders, for 3 subscribers: ${deliveries} deliveries`],
    ['delivered', `${delivered}, each signature verified`],
    ['retried', `${retried} refused with 503 and sent again`],
    [
      'held back by the limit',
      `${held} times; at most ${densest} requests in any ${LIMIT.windowMs / 1000} s (limit ${LIMIT.limit})`,
    ],
    ['lost', String(lost)],
    ['duplicates', `${duplicates} sent again because of the kill, recognised by the receiver, handled once`],
  ]
  const table = rows.map(([name, value]) => `  ${name.padEnd(24)}${value}`).join('\n')
  const end = problems.length === 0 ? 'It adds up.' : `It does not add up: ${problems.join('; ')}`
  return `\n${table}\n\n${end}`
}
