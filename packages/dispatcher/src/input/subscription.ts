import {
  assertSecret,
  InvalidSubscriptionError,
  isAllowedCustomHeader,
  isEventType,
  isSecretHeader,
  isWebhooksError,
  issuesFromZod,
  MASKED_SECRET,
  webhooksEvents,
  type EventCatalogue,
  type Issue,
} from '@swigs/webhooks-protocol'
import { z } from 'zod'
import { patternsFor } from '../core/match.js'
import { invalid } from './parse-input.js'
import { rateLimitSchema } from './rate-limit.js'
import { siteIdSchema } from './site-id.js'

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
  filters: z.strictObject({ siteIds: z.array(siteIdSchema).max(1_000).optional() }).optional(),
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
export const invalidSubscription = (issues: Issue[]): Error =>
  invalid('The subscription is not valid', issues, InvalidSubscriptionError)

const unknownEvents = (events: readonly string[], catalogue: EventCatalogue | undefined): Issue[] => {
  const types = catalogue && Object.keys(catalogue)
  const known = types && new Set([...types, ...Object.keys(webhooksEvents)].flatMap(patternsFor))
  return events.flatMap((pattern, index) => {
    const type = pattern.endsWith('.*') ? pattern.slice(0, -2) : pattern
    if (pattern === '*' || (isEventType(type) && (known === undefined || known.has(pattern)))) return []
    const path = `events[${index}]`
    const message = types
      ? `Not an event that this app sends. Known: ${types.join(', ')}, a prefix like order.*, *, or webhooks.*`
      : 'Expected a type like order.created, a prefix like order.*, or *'
    return [{ path, message }]
  })
}
