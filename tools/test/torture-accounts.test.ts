import type { DeliveryView, SubscriptionView } from '@swigs/webhooks-dispatcher'
import type { Arrival, SharedStorage } from '@swigs/webhooks-dispatcher/processes'
import { expect, it } from 'vitest'
import { accountFor, type Remains } from '../torture/accounts.js'
import { Fleet, RATE_LIMIT } from '../torture/fleet.js'
import { USUAL } from '../torture/receivers.js'

const at = (ms: number): Arrival => ({
  path: '/0',
  eventId: 'evt_0',
  n: 0,
  at: ms,
  process: '1',
  status: 200,
})

const attempt = (statusCode: number | null, number = 1) => ({ number, statusCode })
const delivered = {
  id: 'del_0',
  eventId: 'evt_0',
  status: 'delivered',
  attemptCount: 1,
  attempts: [attempt(200)],
}

/** One event that was accepted, sent once and recorded, and what is changed about that. */
const remains = (over: {
  arrivals?: Arrival[]
  deliveries?: object[]
  sent?: number
  change?: (fleet: Fleet) => void
}): Remains => {
  const fleet = new Fleet({} as SharedStorage)
  fleet.tried.set(0, USUAL)
  fleet.accepted.set(0, { id: 'evt_0', type: USUAL, by: '1', at: 0 })
  over.change?.(fleet)
  const stats = { totalSent: over.sent ?? 1, totalFailed: 0 }
  return {
    fleet,
    arrivals: over.arrivals ?? [at(1)],
    subscriptions: new Map([['/0', { stats } as SubscriptionView]]),
    deliveries: new Map([['/0', (over.deliveries ?? [delivered]) as DeliveryView[]]]),
    exactStatistics: true,
  }
}

const breachesOf = (over: Parameters<typeof remains>[0]) => accountFor(remains(over)).breaches

it('nothing is said where every promise was kept', () => {
  expect(breachesOf({})).toEqual([])
})

it.each([
  ['has no delivery', { deliveries: [], sent: 0 }],
  [
    'is still pending',
    { deliveries: [{ ...delivered, status: 'pending', attempts: [], attemptCount: 0 }], sent: 0 },
  ],
  ['never arrived', { arrivals: [] }],
  ['which nobody dispatched', { arrivals: [at(1), { ...at(2), n: 7, eventId: 'evt_7' }] }],
  ['which was refused', { change: (fleet: Fleet) => void fleet.refused.set(0, 'STOPPED') }],
  [
    'under another id',
    { change: (fleet: Fleet) => void fleet.accepted.set(0, { id: 'evt_1', type: USUAL, by: '1', at: 0 }) },
  ],
  ['had 1 sent again, of 0', { arrivals: [at(1), at(2)] }],
  ['is counted 2 delivered, and 1 are', { sent: 2 }],
  ['is counted 0 delivered, and 1 are', { sent: 0 }],
  ['do not add up', { deliveries: [{ ...delivered, attempts: [attempt(503)] }] }],
  ['do not add up', { deliveries: [{ ...delivered, attempts: [attempt(200, 2)] }] }],
  ['ended by itself', { change: (fleet: Fleet) => void fleet.fallen.push('process 1 ended by itself') }],
])('what was broken is found: %s', (words, over) => {
  expect(breachesOf(over).join('\n')).toContain(words)
})

it('a window that saw more than its limit is found, and the same in two windows is none', () => {
  const crowd = (spread: number) =>
    Array.from({ length: RATE_LIMIT.limit + 1 }, (_, index) => ({ ...at(index * spread), status: 503 }))
  const over = (spread: number) =>
    accountFor(remains({ arrivals: [at(0), ...crowd(spread).slice(1)] })).windowsOver
  expect(over(1)).toBe(1)
  expect(over(RATE_LIMIT.windowMs / RATE_LIMIT.limit + 1)).toBe(0)
})

it('what is sent again because its process died, or because the answer was lost, is no breach', () => {
  const arrivals = [at(1), { ...at(2), process: '2' }]
  expect(breachesOf({ arrivals, change: (fleet) => fleet.disturb('1') })).toEqual([])
  const unheard = { ...delivered, attempts: [attempt(null), attempt(200, 2)], attemptCount: 2 }
  expect(breachesOf({ arrivals, deliveries: [unheard] })).toEqual([])
})

it('what is sent three times because two processes died over it, each is charged for once', () => {
  const sentBy = (n: number, process: string): Arrival => ({ ...at(n), n, eventId: `evt_${n}`, process })
  const events = Array.from({ length: 20 }, (_, n) => n)
  const arrivals = [...events.flatMap((n) => [sentBy(n, '1'), sentBy(n, '2')]), sentBy(0, '3')]
  const change = (fleet: Fleet) => {
    for (const n of events) {
      fleet.tried.set(n, USUAL)
      fleet.accepted.set(n, { id: `evt_${n}`, type: USUAL, by: '1', at: 0 })
    }
    for (const process of ['1', '2']) fleet.disturbed.set(process, 1)
  }
  const deliveries = events.map((n) => ({ ...delivered, id: `del_${n}`, eventId: `evt_${n}` }))
  expect(breachesOf({ arrivals, deliveries, sent: 20, change })).toEqual([])
})
