import { A_COUNT, A_FUNCTION, anObjectWith, checkOptions } from './check-options.js'
import type { Dedupe } from './dedupe.js'
import { consoleLogger, safeLogger, type Logger } from './logger.js'

/** How much is remembered. */
export interface MemoryDedupeOptions {
  /** How long a handled id is kept, ms. Default 24 h: longer than a sender's retries last. */
  readonly ttlMs?: number | undefined
  /**
   * Handled ids kept at most: beyond, the oldest are dropped before their time, which is told once. Default 250_000, some
   * 30 MB: three events a second, day and night.
   */
  readonly maxEntries?: number | undefined
  /** Ids being handled at most; what comes beyond is answered 503 and comes again. Default 10_000. */
  readonly maxClaims?: number | undefined
  /** Told when ids are dropped early. Default: the console. */
  readonly logger?: Logger | undefined
  /** Ms of a clock that never goes back; for tests. Default `performance.now`. */
  readonly now?: (() => number) | undefined
}

/**
 * Remembers in this process. With several processes, or across restarts, put a database behind the port.
 * @throws InvalidOptionsError naming the option.
 * @example
 * createReceiver({ secret, dedupe: memoryDedupe({ maxEntries: 50_000 }) })
 */
export const memoryDedupe = (options: MemoryDedupeOptions = {}): Dedupe => {
  checkOptions('memoryDedupe', options, {
    ttlMs: A_COUNT,
    maxEntries: A_COUNT,
    maxClaims: A_COUNT,
    logger: anObjectWith('a pino-shaped logger', 'warn', 'error'),
    now: A_FUNCTION,
  })
  const { ttlMs = 86_400_000, maxEntries = 250_000, maxClaims = 10_000 } = options
  const { now = () => performance.now() } = options
  const logger = safeLogger(options.logger ?? consoleLogger)
  /** Until when each is kept: all equally long, so the oldest come first. */
  const done = new Map<string, number>()
  const claims = new Map<string, { readonly token: string; readonly until: number }>()
  let hasDropped = false

  const forget = (): void => {
    for (const [id, until] of done) {
      const isEarly = until > now()
      if (isEarly && done.size <= maxEntries) return
      done.delete(id)
      if (!isEarly || hasDropped) continue
      hasDropped = true
      logger.warn(
        { maxEntries, ttlMs },
        'Handled webhook ids are dropped before their time: a retry or a replay of one is handled again. ' +
          'Raise maxEntries of memoryDedupe, or put a database behind Dedupe. This is told once.',
      )
    }
  }

  const endLapsedClaims = (): void => {
    for (const [id, { until }] of claims) if (until <= now()) claims.delete(id)
  }

  return {
    claim: (id, { token, claimMs }) => {
      if ((done.get(id) ?? -Infinity) > now()) return 'done'
      if ((claims.get(id)?.until ?? -Infinity) > now()) return 'in_progress'
      if (claims.size >= maxClaims) endLapsedClaims()
      if (claims.size >= maxClaims) return 'busy'
      claims.set(id, { token, until: now() + claimMs })
      return 'new'
    },
    complete: (id) => {
      claims.delete(id)
      // Set anew, it goes to the end.
      done.delete(id)
      done.set(id, now() + ttlMs)
      forget()
    },
    release: (id, token) => {
      if (claims.get(id)?.token === token) claims.delete(id)
    },
  }
}
