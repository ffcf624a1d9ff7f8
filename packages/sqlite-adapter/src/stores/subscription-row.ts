import { NO_HEALTH, type Subscription, type SubscriptionHealth } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Row } from '../drivers/driver.js'
import { nullableNumber, nullableText } from './values.js'

const isText = (value: unknown): boolean => typeof value === 'string'
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
const isInstant = (value: unknown): boolean => value === null || Number.isFinite(value)
const isRecord = (value: unknown): boolean => typeof value === 'object' && value !== null

const FIELDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: isText,
  appName: isText,
  url: isText,
  events: isTexts,
  siteIds: isTexts,
  isActive: (value) => typeof value === 'boolean',
  pausedAt: isInstant,
  headers: isRecord,
  // None in what was stored before there was any.
  health: (value) => value === undefined || isRecord(value),
  rateLimit: (value) => value === null || value === false || isRecord(value),
  secrets: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((one) => isRecord(one) && isText((one as { value: unknown }).value)),
  createdAt: Number.isFinite,
  updatedAt: Number.isFinite,
}

/** @throws SyntaxError or Error naming the field when the record is not one of a subscription */
export const toSubscription = (row: Row): Subscription => {
  const record = JSON.parse(String(row['record'])) as Record<string, unknown> | null
  for (const [field, isSound] of Object.entries(FIELDS))
    if (!isSound(record?.[field])) throw new Error(`${field} is not what it must be`)
  return {
    ...(record as unknown as Omit<Subscription, 'stats'>),
    health: { ...NO_HEALTH, ...(record?.['health'] as Partial<SubscriptionHealth>) },
    stats: {
      totalSent: Number(row['total_sent']),
      totalFailed: Number(row['total_failed']),
      lastSentAt: nullableNumber(row['last_sent_at']),
      lastError: nullableText(row['last_error']),
      failingSince: nullableNumber(row['failing_since']),
      lastFailedAt: nullableNumber(row['last_failed_at']),
    },
  }
}

/** All but the statistics, which change in place. */
export const recordOf = ({ stats: _stats, ...record }: Subscription): string => JSON.stringify(record)
