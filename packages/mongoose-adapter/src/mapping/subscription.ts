import {
  NO_HEALTH,
  type InactiveReason,
  type Subscription,
  type SubscriptionHealth,
  type SubscriptionPatch,
  type SubscriptionSecret,
  type SubscriptionStats,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { mongo } from 'mongoose'
import type { SubscriptionDocument } from '../documents.js'
import {
  flag,
  instantOrNull,
  list,
  number,
  objectOrNull,
  objects,
  raw,
  text,
  textOrNull,
  texts,
  within,
  type Raw,
} from './fields.js'
import { toObjectId, type IdMaker } from './ids.js'

/** @throws Error naming the field that is not as it should be. */
export const toSubscription = (stored: SubscriptionDocument): Subscription => {
  const document = raw(stored)
  if (typeof (stored._id as { toHexString?: unknown }).toHexString !== 'function')
    throw new Error('_id is not an ObjectId')
  const createdAt = instantOrNull(document, 'createdAt') ?? stored._id.getTimestamp().getTime()
  const isActive = flag(document, 'isActive', true)
  const pausedBy = textOrNull(document, 'pausedBy')
  return {
    id: stored._id.toHexString(),
    appName: text(document, 'appName'),
    url: text(document, 'url'),
    events: texts(document, 'events'),
    siteIds: siteIdsIn(document),
    isActive,
    inactiveReason: isActive ? null : (textOrNull<InactiveReason>(document, 'inactiveReason') ?? 'paused'),
    pausedAt: instantOrNull(document, 'pausedAt'),
    ...(pausedBy !== null && { pausedBy }),
    description: textOrNull(document, 'description'),
    headers: headersIn(document),
    rateLimit: rateLimitIn(document),
    secrets: secretsIn(document),
    stats: statsIn(stored),
    health: { ...NO_HEALTH, ...(objectOrNull(document, 'health') as Partial<SubscriptionHealth> | null) },
    createdAt,
    updatedAt: instantOrNull(document, 'updatedAt') ?? createdAt,
  }
}

const siteIdsIn = (document: Raw): string[] => {
  const filters = objectOrNull(document, 'filters') ?? {}
  return within('filters', () => list(filters, 'siteIds').map(siteIdIn))
}

const siteIdIn = (site: unknown): string => {
  if (typeof site === 'string') return site
  if (typeof (site as { toHexString?: unknown } | null)?.toHexString === 'function') return String(site)
  throw new Error('siteIds is not a list of ids')
}

const rateLimitIn = (document: Raw): Subscription['rateLimit'] => {
  if (document['rateLimit'] === false) return false
  const limit = objectOrNull(document, 'rateLimit')
  const read = (given: Raw) => ({ limit: number(given, 'limit'), windowMs: number(given, 'windowMs') })
  return limit && within('rateLimit', () => read(limit))
}

const headersIn = (document: Raw): Subscription['headers'] => {
  const headers = objects(document, 'headers')
  return within('headers', () =>
    Object.fromEntries(headers.map((header) => [text(header, 'name'), text(header, 'value')])),
  )
}

const secretsIn = (document: Raw): SubscriptionSecret[] => {
  const previous = objects(document, 'previousSecrets')
  const read = (secret: Raw) => ({
    value: text(secret, 'value'),
    expiresAt: instantOrNull(secret, 'expiresAt'),
  })
  return [
    { value: text(document, 'appSecret'), expiresAt: null },
    ...within('previousSecrets', () => previous.map(read)),
  ]
}

/** Figures for people to read: what cannot be read is as if nothing was counted, and nothing waits for it. */
const statsIn = ({ stats }: SubscriptionDocument): SubscriptionStats => {
  const { totalSent, totalFailed, lastSentAt, lastError, failingSince, lastFailedAt } = stats ?? {}
  return {
    totalSent: typeof totalSent === 'number' ? totalSent : 0,
    totalFailed: typeof totalFailed === 'number' ? totalFailed : 0,
    lastSentAt: instantIn(lastSentAt),
    lastError: typeof lastError === 'string' ? lastError : null,
    failingSince: instantIn(failingSince),
    lastFailedAt: instantIn(lastFailedAt),
  }
}

const instantIn = (value: unknown): number | null => (value instanceof Date ? value.getTime() : null)

const PLAIN = [
  'appName',
  'url',
  'isActive',
  'inactiveReason',
  'pausedBy',
  'description',
  'rateLimit',
] as const satisfies readonly (keyof SubscriptionPatch)[]

const date = (instant: number | null): Date | null => (instant === null ? null : new Date(instant))

const siteIdOut = (maker: IdMaker, site: string): mongo.ObjectId | string => toObjectId(maker, site) ?? site

/** The fields of a patch as the document has them, and no others. Header names may hold dots: they are values here. */
export const fromPatch = (maker: IdMaker, patch: SubscriptionPatch): Partial<SubscriptionDocument> => {
  const { siteIds, headers, secrets, events, pausedAt, health } = patch
  const given = PLAIN.filter((name) => patch[name] !== undefined)
  const [primary, ...previous] = secrets ?? []
  return {
    ...Object.fromEntries(given.map((name) => [name, patch[name]])),
    ...(pausedAt !== undefined && { pausedAt: date(pausedAt) }),
    ...(events && { events: [...events] }),
    ...(health && { health: { ...health } }),
    ...(siteIds && { filters: { siteIds: siteIds.map((site) => siteIdOut(maker, site)) } }),
    ...(headers && { headers: Object.entries(headers).map(([name, value]) => ({ name, value })) }),
    ...(primary && {
      appSecret: primary.value,
      previousSecrets: previous.map(({ value, expiresAt }) => ({ value, expiresAt: date(expiresAt) })),
    }),
  }
}

export const fromSubscription = (
  maker: IdMaker,
  subscription: Subscription,
): Omit<SubscriptionDocument, '_id'> => {
  const { stats, createdAt, updatedAt } = subscription
  const { totalSent, totalFailed, lastSentAt, lastError, failingSince, lastFailedAt } = stats
  return {
    ...(fromPatch(maker, subscription) as Omit<SubscriptionDocument, '_id'>),
    stats: {
      totalSent,
      totalFailed,
      lastSentAt: date(lastSentAt),
      lastError,
      ...(failingSince !== null && { failingSince: new Date(failingSince) }),
      ...(lastFailedAt !== null && { lastFailedAt: new Date(lastFailedAt) }),
    },
    createdAt: new Date(createdAt),
    updatedAt: new Date(updatedAt),
  }
}
