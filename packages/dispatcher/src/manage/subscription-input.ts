import {
  assertSecret,
  InvalidSubscriptionError,
  isAllowedCustomHeader,
  isEventType,
  isSecretHeader,
  isWebhooksError,
  issuesFromZod,
  MASKED_SECRET,
  type EventCatalogue,
  type Issue,
} from '@swigs/webhooks-protocol'
import { z } from 'zod'
import { patternsFor } from '../core/match.js'
import { rateLimitSchema } from '../options.js'
import { siteIdOf, type SiteId } from './site-id.js'

/** What `subscriptions.create` takes. */
export interface SubscriptionInput {
  /** The app that subscribes: `swigs-workflow`. */
  appName: string
  /** Where to POST. Public https, unless `network` says otherwise. */
  url: string
  /** Catalogue types, `order.*` or `*`; at least one. */
  events: readonly string[]
  /** 24 to 256 bytes of key material. Default: 32 random bytes, hex. */
  appSecret?: string | undefined
  /** No or empty `siteIds`: all sites. */
  filters?: { siteIds?: readonly SiteId[] | undefined } | undefined
  isActive?: boolean | undefined
  description?: string | null | undefined
  /** Sent with every request; see the wire contract for what may not be set. */
  headers?: Readonly<Record<string, string>> | undefined
  /** Its own limit; `false` for none, `null` for the dispatcher's. */
  rateLimit?: { limit: number; windowMs: number } | false | null | undefined
}

/** What `subscriptions.update` takes: the fields to replace. */
export type SubscriptionUpdate = { [K in keyof SubscriptionInput]?: SubscriptionInput[K] | undefined }

// Whoever reads a subscription, changes it and writes it back has the mask in hand.
const MASK_GIVEN = 'This is the mask that stands for a secret. Give the secret itself, or leave the field out'

const GIVEN_TWICE = 'Given twice: the names of headers do not differ by case'

const secret = z.string().superRefine((value, context) => {
  if (value === MASKED_SECRET) return context.addIssue({ code: 'custom', message: MASK_GIVEN })
  try {
    assertSecret(value)
  } catch (error) {
    const message = isWebhooksError(error) ? error.message : 'Not a usable secret'
    context.addIssue({ code: 'custom', message })
  }
})

const siteId = z.custom<SiteId>().transform((value, context) => {
  try {
    const text = siteIdOf(value)
    if (text !== null) return text
  } catch {
    // Reported below with its path in the list.
  }
  context.addIssue({
    code: 'custom',
    message: 'Expected a site id: a string of 1 to 128 characters or an ObjectId',
  })
  return z.NEVER
})

const headers = z.record(z.string(), z.string()).superRefine((value, context) => {
  const names = new Set<string>()
  for (const [name, text] of Object.entries(value)) {
    const masked = text === MASKED_SECRET && isSecretHeader(name)
    const twice = names.size === names.add(name.toLowerCase()).size
    const reason = masked ? MASK_GIVEN : twice ? GIVEN_TWICE : isAllowedCustomHeader(name, text)
    if (reason !== null) context.addIssue({ code: 'custom', path: [name], message: reason })
  }
  if (Object.keys(value).length > 32)
    context.addIssue({ code: 'custom', message: 'At most 32 headers can be added' })
})

const fields = {
  appName: z.string().trim().min(1).max(128),
  url: z.string().min(1).max(2_048),
  events: z.array(z.string()).min(1).max(200),
  appSecret: secret.optional(),
  filters: z.strictObject({ siteIds: z.array(siteId).max(1_000).optional() }).optional(),
  isActive: z.boolean().optional(),
  description: z.string().max(1_000).nullish(),
  headers: headers.optional(),
  rateLimit: z.union([rateLimitSchema, z.literal(false), z.null()]).optional(),
}

const create = z.strictObject(fields)
const update = create.partial()

export type ParsedSubscription = z.output<typeof create>
export type ParsedUpdate = z.output<typeof update>

/** @throws InvalidSubscriptionError naming each field and the way out; never a secret. */
export const parseSubscription = (
  input: unknown,
  catalogue: EventCatalogue | undefined,
): ParsedSubscription => parse(create, input, catalogue)

/** @throws InvalidSubscriptionError naming each field and the way out; never a secret. */
export const parseUpdate = (input: unknown, catalogue: EventCatalogue | undefined): ParsedUpdate =>
  parse(update, input, catalogue)

const parse = <T extends { events?: string[] | undefined }>(
  schema: z.ZodType<T>,
  input: unknown,
  catalogue: EventCatalogue | undefined,
): T => {
  const parsed = schema.safeParse(input)
  const issues = parsed.success
    ? unknownEvents(parsed.data.events ?? [], catalogue)
    : issuesFromZod(parsed.error)
  if (parsed.success && issues.length === 0) return parsed.data
  throw invalidSubscription(issues)
}

/** The error with its fields in the message. */
export const invalidSubscription = (issues: Issue[]): InvalidSubscriptionError => {
  const text = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ')
  return new InvalidSubscriptionError(`The subscription is not valid. ${text}`, { issues })
}

const unknownEvents = (events: readonly string[], catalogue: EventCatalogue | undefined): Issue[] => {
  const types = catalogue && Object.keys(catalogue)
  const known = types && new Set(types.flatMap(patternsFor))
  return events.flatMap((pattern, index) => {
    const type = pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern
    if (pattern === '*' || (isEventType(type) && (known === undefined || known.has(pattern)))) return []
    const path = `events[${index}]`
    const message = types
      ? `Not an event that this app sends. Known: ${types.join(', ')}, a prefix like order.*, or *`
      : 'Expected a type like order.created, a prefix like order.*, or *'
    return [{ path, message }]
  })
}
