import type {
  Delivery,
  DeliveryReason,
  DeliveryStatus,
  Lane,
  LaneState,
  QueuedDelivery,
  StoredEvent,
  Subscription,
} from '@swigs/webhooks-dispatcher'
import type { Row } from './drivers/driver.js'

/** Delivery states by their number. */
export const STATES: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed', 'cancelled']

const text = (value: Row[string] | undefined): string => String(value)
const nullableText = (value: Row[string] | undefined): string | null =>
  value === null ? null : String(value)
const nullableNumber = (value: Row[string] | undefined): number | null =>
  value === null ? null : Number(value)

export const toSubscription = (row: Row): Subscription => ({
  ...(JSON.parse(text(row['record'])) as Omit<Subscription, 'stats'>),
  stats: {
    totalSent: Number(row['total_sent']),
    totalFailed: Number(row['total_failed']),
    lastSentAt: nullableNumber(row['last_sent_at']),
    lastError: nullableText(row['last_error']),
  },
})

/** All but the statistics, which settles change in place. */
export const fromSubscription = ({ stats: _stats, ...record }: Subscription): string => JSON.stringify(record)

export const toEvent = (row: Row): StoredEvent => ({
  id: text(row['id']),
  type: text(row['type']),
  siteId: nullableText(row['site_id']),
  body: text(row['body']),
  occurredAt: Number(row['occurred_at']),
  acceptedAt: Number(row['accepted_at']),
  target: nullableText(row['only_for']),
})

export const toQueued = (row: Row): QueuedDelivery => ({
  id: text(row['id']),
  eventId: text(row['event_id']),
  eventType: text(row['event_type']),
  subscriptionId: text(row['subscription_id']),
  dueAt: Number(row['due_at']),
  attemptCount: Number(row['attempt_count']),
  scheduleStep: Number(row['schedule_step']),
  once: row['once'] === 1,
})

export const toDelivery = (row: Row): Delivery => ({
  ...toQueued(row),
  siteId: nullableText(row['site_id']),
  status: STATES[Number(row['state'])] ?? 'pending',
  reason: nullableText(row['reason']) as DeliveryReason | null,
  createdAt: Number(row['created_at']),
  settledAt: nullableNumber(row['settled_at']),
  attempts: JSON.parse(text(row['attempts'])) as Delivery['attempts'],
})

export const toLane = (row: Row): LaneState => ({
  subscriptionId: text(row['subscription_id']),
  token: nullableText(row['token']),
  leaseUntil: Number(row['lease_until']),
  dueAt: Number(row['due_at']),
  wakeups: Number(row['wakeups']),
  window: { ends: JSON.parse(text(row['ends'])) as number[], reserved: Number(row['reserved']) },
  crashCount: Number(row['crashCount']),
  quarantinedAt: Number(row['held_strikes']),
})

/** A lane as its new owner sees it. */
export const toOwned = (row: Row, token: string): Lane => {
  const { dueAt: _dueAt, ...lane } = toLane(row)
  return { ...lane, token }
}
