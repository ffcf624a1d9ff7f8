import { InvalidOptionsError, type EventCatalogue } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import { delaysFor } from './core/retry-schedule.js'
import type { ResolvedAddress } from './ports/address-guard.js'
import type { Clock } from './ports/clock.js'
import type { Logger } from './ports/logger.js'
import type { Observer } from './ports/observer.js'
import type { Storage } from './ports/storage/storage.js'
import type { Transport } from './ports/transport.js'
import { parseInput } from './manage/input.js'

/** The seed's retry delays: 1, 5 and 15 minutes. */
export const DEFAULT_DELAYS_MS: readonly number[] = [60_000, 300_000, 900_000]

/** What `createDispatcher` takes. Only `storage` is required. */
export interface DispatcherOptions<C extends EventCatalogue = EventCatalogue> {
  /** Where everything lives: `mongooseStorage(connection)`, `sqliteStorage({ file })`, `memoryStorage()`. */
  storage: Storage
  /** The catalogue that `dispatch` validates against and that types it. Default: any well-formed type, any JSON. */
  events?: C | undefined
  /** `false`: `dispatch` accepts nothing and nothing is delivered. Default `true`. */
  enabled?: boolean | undefined
  /** One deadline over DNS, connect, headers and body of a request, ms. Default 10_000. */
  timeoutMs?: number | undefined
  /** Ms to wait after each failed attempt, and the share of it that jitter may add. Default 1, 5, 15 minutes and 0.1. */
  retry?: { delaysMs?: readonly number[] | undefined; jitter?: number | undefined } | undefined
  /** At most `limit` requests in any `windowMs`, per subscription. Default 100 in 60_000 ms; `false`: no limit. */
  rateLimit?: { limit: number; windowMs: number } | false | undefined
  /** Requests in flight per process. Default 50. */
  concurrency?: number | undefined
  /** Requests in flight per subscription. Default 10. */
  laneConcurrency?: number | undefined
  /** The longest envelope that is accepted, bytes. Default 262_144. */
  maxPayloadBytes?: number | undefined
  /** How long events and settled deliveries are kept, ms. Default 30 days. */
  retentionMs?: number | undefined
  /** How often storage is asked for work that nobody told of, ms. Default 1_000. */
  pollIntervalMs?: number | undefined
  /** How long `stop` lets requests in flight go on, ms. Default 10_000. */
  shutdownGraceMs?: number | undefined
  /** How long a lane stays with a process that no longer speaks, ms. Default 15_000. */
  leaseMs?: number | undefined
  /** What the address guard lets through: https to public addresses, unless told. */
  network?:
    | {
        /** Plain http too. Default `false`. */
        allowHttp?: boolean | undefined
        /** CIDR ranges or addresses that are let through though they are not public: `['10.0.0.0/8']`. */
        allow?: readonly string[] | undefined
        /** Replaces DNS. */
        resolve?: ((hostname: string) => Promise<readonly ResolvedAddress[]>) | undefined
      }
    | undefined
  /** Default `undiciTransport()`. */
  transport?: Transport | undefined
  /** Default: this host's clock, set to the storage's where it has one. */
  clock?: Clock | undefined
  /** pino-shaped; default: warnings and errors go to the console. */
  logger?: Logger | undefined
  /** Told what happens, as it happens. */
  observer?: Observer | undefined
}

const ms = z.number().finite().nonnegative()
/** By the members that are called first: what is no port at all must not get as far as a delivery. */
const port = (name: string, ...members: readonly string[]) =>
  z.custom<never>((value) => {
    const held = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
    return members.every((member) => typeof held[member] === 'function')
  }, `Expected ${name}`)
const isCatalogue = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every((definition: unknown) => {
    const { schema } = (definition ?? {}) as { schema?: { safeParse?: unknown } }
    return typeof schema?.safeParse === 'function'
  })
const callable = (name: string) => z.custom<never>((value) => typeof value === 'function', `Expected ${name}`)

const day = 86_400_000

/** A rate limit as options and subscriptions have it. */
export const rateLimitSchema = z.strictObject({
  limit: z.int().min(1).max(10_000),
  windowMs: z.int().min(1).max(day),
})

const schema = z.strictObject({
  storage: port('a storage, for example sqliteStorage({ file })', 'open', 'close', 'now'),
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
  pollIntervalMs: z.number().min(1).max(day).default(1_000),
  shutdownGraceMs: ms.default(10_000),
  leaseMs: z.number().min(6_000).max(600_000).default(15_000),
  network: z
    .strictObject({
      allowHttp: z.boolean().default(false),
      allow: z.array(z.string()).default([]),
      resolve: callable('a function').optional(),
    })
    .prefault({}),
  transport: port('a transport, for example undiciTransport()', 'send', 'close').optional(),
  clock: port('a clock, for example systemClock()', 'now', 'monotonic', 'sleep').optional(),
  logger: port('a logger with info, warn and error, as pino has them', 'info', 'warn', 'error').optional(),
  observer: callable('a function').optional(),
})

/**
 * Checks the options and fills in the defaults.
 * @throws InvalidOptionsError naming each option, its value and what is expected.
 */
export const parseOptions = (options: unknown) => parseInput('createDispatcher', schema, options)

/**
 * Options from the seed's environment variables; a variable that is not set changes nothing.
 * `WEBHOOKS_ENABLED` (`true`, `false`, `1`, `0`), `WEBHOOK_RETRY_ATTEMPTS` (retries, 0 to 50: the seed's delays, the last
 * one repeated), `WEBHOOK_TIMEOUT` (ms).
 * @throws InvalidOptionsError naming the variable.
 */
export const optionsFromEnv = (
  env: Readonly<Record<string, string | undefined>>,
): Pick<DispatcherOptions, 'enabled' | 'retry' | 'timeoutMs'> => {
  const enabled = read(env, 'WEBHOOKS_ENABLED', 'true or false', (text) =>
    /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : undefined,
  )
  const retries = read(env, 'WEBHOOK_RETRY_ATTEMPTS', 'a whole number from 0 to 50', wholeNumber(0, 50))
  const timeoutMs = read(
    env,
    'WEBHOOK_TIMEOUT',
    'milliseconds, a whole number from 1 to 600000',
    wholeNumber(1, 600_000),
  )
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(retries === undefined ? {} : { retry: { delaysMs: delaysFor(DEFAULT_DELAYS_MS, retries) } }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number | undefined =>
    /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined

const read = <T>(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  expected: string,
  parse: (text: string) => T | undefined,
): T | undefined => {
  const text = env[name]?.trim()
  if (text === undefined || text === '') return undefined
  const value = parse(text)
  if (value !== undefined) return value
  const message = `Expected ${expected}, got ${JSON.stringify(text)}`
  throw new InvalidOptionsError(`${name}: ${message}. Mend it in the environment, or unset it.`, {
    issues: [{ path: name, message }],
  })
}
