import {
  NO_HEALTH,
  readRows,
  type InactiveReason,
  type StorageReport,
  type Subscription,
  type SubscriptionPatch,
} from '@swigs/webhooks-dispatcher/storage-kit'
import { fromText, fromTextOrNull, toText, toTextOrNull } from '../text.js'

/** A subscription as it is read: with the statistics that its lane has beside its own. */
export interface SubscriptionRow {
  readonly id: string
  readonly app_name: string
  readonly url: string
  readonly events: string
  readonly site_ids: string
  readonly is_active: boolean
  readonly inactive_reason: string | null
  readonly paused_at: number | null
  readonly paused_by: string | null
  readonly description: string | null
  readonly headers: string
  readonly rate_limit: string
  readonly secrets: string
  readonly created_at: number
  readonly updated_at: number
  readonly total_sent: number
  readonly total_failed: number
  readonly last_sent_at: number | null
  readonly last_error: string | null
  readonly health: string | null
  readonly failing_since: number | null
  readonly last_failed_at: number | null
}

/** Since when a subscription `s` fails: its lane `l` knows, and where it has none yet, or no more, its own row. */
export const FAILING_SINCE =
  'CASE WHEN l.subscription_id IS NULL THEN s.failing_since ELSE l.failing_since END'

/** The columns of a subscription `s`, beside its lane `l` where there is one. */
export const SUBSCRIPTION_COLUMNS = `s.id, s.app_name, s.url, array_to_json(s.events)::text AS events,
  array_to_json(s.site_ids)::text AS site_ids, s.is_active, s.inactive_reason, s.paused_at, s.paused_by, s.description, s.headers,
  s.rate_limit, s.secrets, s.created_at, s.updated_at, s.total_sent + coalesce(l.sent, 0) AS total_sent,
  s.total_failed + coalesce(l.failed, 0) AS total_failed, coalesce(l.last_sent_at, s.last_sent_at) AS last_sent_at,
  coalesce(l.last_error, s.last_error) AS last_error, s.health, ${FAILING_SINCE} AS failing_since,
  coalesce(l.last_failed_at, s.last_failed_at) AS last_failed_at`

/** How each field of a subscription is stored: its column, and the expression that makes it of the parameter. */
type Column = readonly [column: string, of: (parameter: string) => string]

const plain = (parameter: string) => parameter
const array = (parameter: string) => `ARRAY(SELECT json_array_elements_text(${parameter}::text::json))`

/** The columns that a person may change. */
export const COLUMNS: Readonly<Record<keyof SubscriptionPatch, Column>> = {
  appName: ['app_name', plain],
  url: ['url', plain],
  events: ['events', array],
  siteIds: ['site_ids', array],
  isActive: ['is_active', plain],
  inactiveReason: ['inactive_reason', plain],
  pausedAt: ['paused_at', plain],
  pausedBy: ['paused_by', plain],
  description: ['description', plain],
  headers: ['headers', plain],
  rateLimit: ['rate_limit', plain],
  secrets: ['secrets', plain],
  health: ['health', plain],
}

/** The value of each field as its column takes it. */
export const columnValues = (
  patch: SubscriptionPatch,
): { [K in keyof SubscriptionPatch]: string | number | boolean | null | undefined } => {
  const {
    appName,
    url,
    events,
    siteIds,
    pausedBy,
    description,
    headers,
    rateLimit,
    secrets,
    health,
    ...plainly
  } = patch
  return {
    ...plainly,
    ...(appName !== undefined && { appName: toText(appName) }),
    ...(url !== undefined && { url: toText(url) }),
    ...(events && { events: JSON.stringify(events.map(toText)) }),
    ...(siteIds && { siteIds: JSON.stringify(siteIds.map(toText)) }),
    ...(pausedBy !== undefined && { pausedBy: toTextOrNull(pausedBy) }),
    ...(description !== undefined && { description: toTextOrNull(description) }),
    ...(headers && { headers: JSON.stringify(headers) }),
    ...(rateLimit !== undefined && { rateLimit: JSON.stringify(rateLimit) }),
    ...(secrets && { secrets: JSON.stringify(secrets) }),
    ...(health && { health: JSON.stringify(health) }),
  }
}

/** The subscriptions of rows; one that cannot be read is reported and passed over. */
export const readSubscriptions = (rows: readonly SubscriptionRow[], report: StorageReport): Subscription[] =>
  readRows(rows, toSubscription, ({ id }) => ({ noun: 'subscription', id }), report)

const json = <T>(text: string, field: string, isWhole: (value: unknown) => boolean): T => {
  const value: unknown = JSON.parse(text)
  if (!isWhole(value)) throw new TypeError(`${field} is not what is written there`)
  return value as T
}

const isRecord = (value: unknown) => typeof value === 'object' && value !== null
const isLimit = (value: unknown) => value === null || value === false || isRecord(value)
const areSecrets = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one?.value === 'string')

const toSubscription = (row: SubscriptionRow): Subscription => ({
  id: fromText(row.id),
  appName: fromText(row.app_name),
  url: fromText(row.url),
  events: json<string[]>(row.events, 'events', Array.isArray).map(fromText),
  siteIds: json<string[]>(row.site_ids, 'site_ids', Array.isArray).map(fromText),
  isActive: row.is_active,
  inactiveReason: row.inactive_reason as InactiveReason | null,
  pausedAt: row.paused_at,
  ...(row.paused_by !== null && { pausedBy: fromText(row.paused_by) }),
  description: fromTextOrNull(row.description),
  headers: json(row.headers, 'headers', isRecord),
  rateLimit: json(row.rate_limit, 'rate_limit', isLimit),
  secrets: json(row.secrets, 'secrets', areSecrets),
  stats: {
    totalSent: row.total_sent,
    totalFailed: row.total_failed,
    lastSentAt: row.last_sent_at,
    lastError: fromTextOrNull(row.last_error),
    failingSince: row.failing_since,
    lastFailedAt: row.last_failed_at,
  },
  health: row.health === null ? NO_HEALTH : json(row.health, 'health', isRecord),
  createdAt: row.created_at,
  updatedAt: row.updated_at,
})
