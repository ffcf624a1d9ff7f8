import { z } from 'zod'
import { parseInput } from './parse-input.js'
import { rateLimitSchema } from './rate-limit.js'

/** After 1, 5 and 15 minutes. */
export const DEFAULT_DELAYS_MS: readonly number[] = [60_000, 300_000, 900_000]

const ms = z.number().finite().nonnegative()
/** Known by its members: what is no port at all must not get as far as a delivery. */
const port = (name: string, ...members: readonly string[]) =>
  z.custom<never>((value) => {
    const held = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
    return members.every((member) => typeof held[member] === 'function')
  }, `Expected ${name}`)
/** One that has deliveries is a storage, and was once whole. */
const hasAllNouns = (value: { deliveries?: unknown; replays?: unknown }): boolean =>
  value.deliveries === undefined || (typeof value.replays === 'object' && value.replays !== null)

const isCatalogue = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((definition: unknown) => {
    const { schema } = (definition ?? {}) as { schema?: { safeParse?: unknown } }
    return typeof schema?.safeParse === 'function'
  })
const callable = (name: string) => z.custom<never>((value) => typeof value === 'function', `Expected ${name}`)

const day = 86_400_000

const unbroken = z.union(
  [
    z
      .number()
      .min(1)
      .max(365 * day),
    z.literal(false),
  ],
  'Expected ms of unbroken failure, or false',
)

const schema = z.strictObject({
  storage: port('a storage, for example sqliteStorage({ file })', 'open', 'close', 'now').refine(
    hasAllNouns,
    'Expected a storage with the noun replays: it was written for an earlier version, see docs/writing-a-storage.md',
  ),
  events: z.custom<never>(isCatalogue, 'Expected a catalogue made with defineEvents').optional(),
  enabled: z.boolean().default(true),
  timeoutMs: z.int().min(1).max(600_000).default(10_000),
  retry: z
    .strictObject({
      delaysMs: z
        .array(ms.max(30 * day))
        .max(50)
        .default([...DEFAULT_DELAYS_MS]),
      jitter: z.number().min(0).max(1).default(0.1),
    })
    .prefault({}),
  rateLimit: z
    .union(
      [rateLimitSchema, z.literal(false)],
      'Expected { limit: 1 to 10000, windowMs: 1 to 86400000 }, or false',
    )
    .default({ limit: 100, windowMs: 60_000 }),
  concurrency: z.int().min(1).max(10_000).default(50),
  laneConcurrency: z.int().min(1).max(1_000).default(10),
  maxPayloadBytes: z
    .int()
    .min(1)
    .max(16 * 1024 * 1024)
    .default(262_144),
  retentionMs: ms.default(30 * day),
  health: z
    .strictObject({
      warnAfterMs: unbroken.default(6 * 3_600_000),
      disableAfterMs: unbroken.default(false),
    })
    .prefault({}),
  pollIntervalMs: z.number().min(1).max(day).default(1_000),
  shutdownGraceMs: ms.default(10_000),
  leaseMs: z.number().min(6_000).max(600_000).default(15_000),
  network: z
    .strictObject({
      allowHttp: z.boolean().default(false),
      allow: z.array(z.string()).default([]),
      proxy: z.string().optional(),
      resolve: callable('a function').optional(),
    })
    .prefault({}),
  transport: port('a transport, for example undiciTransport()', 'send', 'close').optional(),
  clock: port('a clock, for example systemClock()', 'now', 'monotonic', 'sleep').optional(),
  logger: port('a logger with info, warn and error, as pino has them', 'info', 'warn', 'error').optional(),
  observer: callable('a function').optional(),
  tracing: port('tracing, for example otelTracing()', 'dispatch', 'attempt').optional(),
})

/**
 * Checks the options and fills in the defaults.
 * @throws InvalidOptionsError naming each option, its value and what is expected.
 */
export const parseOptions = (options: unknown) => parseInput('createDispatcher', schema, options)
