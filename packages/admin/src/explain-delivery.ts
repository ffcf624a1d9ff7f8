import type { DeliveryView } from '@swigs/webhooks-dispatcher'

/** How a delivery stands, in words for a person: "The receiver answered 503; next try at …". */
export const explainDelivery = (delivery: DeliveryView): string => {
  const { status, attemptCount, nextAttemptAt, settledAt, isPaused } = delivery
  const latest = delivery.attempts.at(-1)
  const went = latest?.error ?? 'It was not delivered'
  switch (status) {
    case 'pending': {
      if (isPaused)
        return `${latest?.error ?? 'Waits to be sent'}; its subscription is paused or off, so nothing is sent until it is resumed.`
      const at = nextAttemptAt?.toISOString()
      return latest
        ? `${latest.error ?? 'It is sent again'}; next try at ${at}.`
        : `Waits to be sent; due at ${at}.`
    }
    case 'delivered':
      return `Delivered at ${settledAt?.toISOString()}; the receiver answered ${latest?.statusCode ?? 'yes'}.`
    case 'cancelled':
      return WHY_CANCELLED[delivery.reason ?? 'cancelled'] ?? 'Cancelled before it was delivered.'
    case 'failed':
      if (delivery.reason === 'expired')
        return latest ? `${went}; given up: ${EXPIRED}` : `Given up: ${EXPIRED}`
      return `${went}; ${whyNoMore(delivery.reason, attemptCount)}`
  }
}

const EXPIRED = 'it waited for its paused subscription for longer than events are kept.'

const WHY_CANCELLED: Partial<Record<string, string>> = {
  subscription_removed: 'Given up: its subscription was removed.',
  subscription_off: 'Given up: its subscription was off, and keeps nothing.',
  event_missing: 'Given up: its event is not stored any more, or cannot be read.',
}

const whyNoMore = (reason: DeliveryView['reason'], attempts: number): string => {
  switch (reason) {
    case 'rejected':
      return 'the receiver will not take it, so it was not tried again.'
    case 'gone':
      return 'the receiver is gone, so its subscription was deactivated.'
    case 'blocked_address':
      return 'nothing was sent.'
    case 'poison':
      return `given up after ${attempts} attempts: the fault is on our side.`
    case 'test_failed':
      return 'a test is sent once.'
    default:
      return `given up after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}.`
  }
}
