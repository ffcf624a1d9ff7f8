import type { AttemptView, DeliveryDetail } from '@swigs/webhooks-dispatcher'
import { describe, expect, it } from 'vitest'
import { explainDelivery } from '../src/index.js'

const at = new Date('2026-02-01T10:00:00.000Z')

const attempt = (error: string | null, statusCode: number | null = null): AttemptView => ({
  number: 1,
  startedAt: at,
  durationMs: 5,
  statusCode,
  errorClass: error === null ? null : 'http',
  error,
  responseBody: null,
  truncated: false,
})

const delivery = (over: Partial<DeliveryDetail>): Parameters<typeof explainDelivery>[0] => ({
  id: 'dlv_1',
  eventId: 'evt_1',
  eventType: 'order.created',
  siteId: null,
  subscriptionId: 's1',
  status: 'pending',
  reason: null,
  attemptCount: over.attempts?.length ?? 0,
  isPaused: false,
  nextAttemptAt: null,
  createdAt: at,
  settledAt: null,
  attempts: [],
  ...over,
})

describe('how a delivery stands, in words', () => {
  it.each<[string, Parameters<typeof delivery>[0]]>([
    ['Waits to be sent; due at 2026-02-01T10:00:00.000Z.', { nextAttemptAt: at }],
    [
      'The receiver answered 503; next try at 2026-02-01T10:00:00.000Z.',
      { nextAttemptAt: at, attempts: [attempt('The receiver answered 503', 503)] },
    ],
    [
      'It is sent again; next try at 2026-02-01T10:00:00.000Z.',
      { nextAttemptAt: at, attempts: [attempt(null, 200)] },
    ],
    [
      'The receiver answered 503; its subscription is paused or off, so nothing is sent until it is resumed.',
      { isPaused: true, nextAttemptAt: at, attempts: [attempt('The receiver answered 503', 503)] },
    ],
    [
      'Waits to be sent; its subscription is paused or off, so nothing is sent until it is resumed.',
      { isPaused: true, nextAttemptAt: at },
    ],
    [
      'Delivered at 2026-02-01T10:00:00.000Z; the receiver answered 204.',
      { status: 'delivered', settledAt: at, attempts: [attempt(null, 204)] },
    ],
    [
      'No answer came in time; given up after 4 attempts.',
      {
        status: 'failed',
        reason: 'retries_exhausted',
        attemptCount: 4,
        attempts: [attempt('No answer came in time')],
      },
    ],
    [
      'The receiver answered 404; the receiver will not take it, so it was not tried again.',
      { status: 'failed', reason: 'rejected', attempts: [attempt('The receiver answered 404', 404)] },
    ],
    [
      'The receiver answered 410; the receiver is gone, so its subscription was deactivated.',
      { status: 'failed', reason: 'gone', attempts: [attempt('The receiver answered 410', 410)] },
    ],
    [
      '10.0.0.1 is private; nothing was sent.',
      { status: 'failed', reason: 'blocked_address', attempts: [attempt('10.0.0.1 is private')] },
    ],
    [
      'The receiver answered 500; a test is sent once.',
      { status: 'failed', reason: 'test_failed', attempts: [attempt('The receiver answered 500', 500)] },
    ],
    ['Cancelled before it was delivered.', { status: 'cancelled', reason: 'cancelled', settledAt: at }],
    [
      'Given up: its subscription was removed.',
      { status: 'cancelled', reason: 'subscription_removed', settledAt: at },
    ],
    [
      'Given up: its subscription was off, and keeps nothing.',
      { status: 'cancelled', reason: 'subscription_off', settledAt: at },
    ],
    [
      'Given up: it waited for its paused subscription for longer than events are kept.',
      { status: 'failed', reason: 'expired', settledAt: at },
    ],
    [
      'The receiver answered 503; given up: it waited for its paused subscription for longer than events are kept.',
      { status: 'failed', reason: 'expired', attempts: [attempt('The receiver answered 503', 503)] },
    ],
  ])('%s', (text, over) => {
    expect(explainDelivery(delivery(over))).toBe(text)
  })
})
