import { isWebhooksError } from '@swigs/webhooks-protocol'
import pRetry from 'p-retry'
import type { Storage } from '../ports/storage.js'

/** How storage calls are repeated. */
export interface RetryingStorageOptions {
  /** Repetitions after the first call. Default 8: some 20 s with the delays below. */
  readonly retries?: number | undefined
  /** The first delay, ms; doubles each time, with jitter. Default 100. */
  readonly baseMs?: number | undefined
  /** The longest delay, ms. Default 5_000. */
  readonly maxMs?: number | undefined
  /** No repetition begins later than this after the first call, ms. Default: no such bound. */
  readonly withinMs?: number | undefined
  /** Ends all waiting. */
  readonly signal?: AbortSignal | undefined
  /** Told once when a call had to be repeated while all was well before. */
  readonly onUnavailable?: ((operation: string, error: Error) => void) | undefined
  /** Told once when a call succeeds again. */
  readonly onRecovered?: ((operation: string) => void) | undefined
}

type Call = (...args: never[]) => Promise<unknown>

/**
 * Rides out a database that fails over: calls that meet `STORAGE_UNAVAILABLE` are repeated (p-retry), which the port
 * allows for every method. An append in a caller's session is not: that transaction is the caller's to repeat.
 */
export const retryingStorage = (storage: Storage, options: RetryingStorageOptions = {}): Storage => {
  const {
    retries = 8,
    baseMs = 100,
    maxMs = 5_000,
    withinMs = Infinity,
    signal,
    onUnavailable,
    onRecovered,
  } = options
  let unavailable = false

  const failed = (operation: string, error: Error): void => {
    if (!unavailable) onUnavailable?.(operation, error)
    unavailable = true
  }

  const succeeded = (operation: string): void => {
    if (unavailable) onRecovered?.(operation)
    unavailable = false
  }

  const repeat = <T>(operation: string, leftMs: number, call: () => Promise<T>): Promise<T> =>
    pRetry(call, {
      retries: retries - 1,
      maxRetryTime: leftMs,
      minTimeout: baseMs,
      maxTimeout: maxMs,
      randomize: true,
      ...(signal && { signal }),
      shouldRetry: ({ error }) => isWebhooksError(error, 'STORAGE_UNAVAILABLE'),
    }).then((answer) => {
      succeeded(operation)
      return answer
    })

  const wrap = <F extends Call>(operation: string, method: F): F =>
    (async (...args: Parameters<F>) => {
      const started = performance.now()
      try {
        const answer = await method(...args)
        if (unavailable) succeeded(operation)
        return answer
      } catch (error) {
        const [input] = args as unknown[]
        const inSession =
          typeof input === 'object' && input !== null && 'session' in input && input.session !== undefined
        if (!isWebhooksError(error, 'STORAGE_UNAVAILABLE') || inSession || signal?.aborted) throw error
        const leftMs = withinMs - (performance.now() - started)
        if (leftMs <= 0) throw error
        failed(operation, error)
        return repeat(operation, leftMs, () => method(...args))
      }
    }) as F

  const group = <G extends object>(name: string, methods: G): G =>
    Object.fromEntries(
      Object.entries(methods).map(([verb, method]) => [
        verb,
        wrap(`${name}.${verb}`, (method as Call).bind(methods)),
      ]),
    ) as G

  return {
    name: storage.name,
    open: (input) => storage.open(input),
    close: () => storage.close(),
    now: () => storage.now(),
    ...(storage.watch && { watch: storage.watch.bind(storage) }),
    subscriptions: group('subscriptions', storage.subscriptions),
    outbox: group('outbox', storage.outbox),
    lanes: group('lanes', storage.lanes),
    deliveries: group('deliveries', storage.deliveries),
    upkeep: group('upkeep', storage.upkeep),
  }
}
