import { setMaxListeners } from 'node:events'
import { isWebhooksError, type WebhooksError } from '@swigs/webhooks-protocol'
import pRetry from 'p-retry'
import { boundWaiting } from './bound-waiting.js'
import { verbsOf } from '../core/verbs-of.js'
import { holdsSession } from '../storage-kit/holds-session.js'
import type { Storage } from '../ports/storage/storage.js'

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
  /** The longest that one call is waited for, ms. Default 30_000. */
  readonly deadlineMs?: number | undefined
  /** Ends all calls: one that has not settled by then is given up. */
  readonly hurry?: AbortSignal | undefined
  /** Ends all waiting: what the store said last is then thrown. */
  readonly signal?: AbortSignal | undefined
  /** Told once when a call found the store away while all was well before. */
  readonly onUnavailable?: ((operation: string, error: Error) => void) | undefined
  /** Told once when a call succeeds again. */
  readonly onRecovered?: ((operation: string) => void) | undefined
}

type Call = (...args: never[]) => Promise<unknown>

/**
 * Rides out a database that fails over: calls that meet `STORAGE_UNAVAILABLE` are repeated (p-retry), which the port
 * allows for every method of every group. An append in a caller's session is not: that transaction is the caller's to
 * repeat. `open`, `close`, `now` and `watch` are made once, as does every other error. The first call is direct;
 * p-retry comes in after it failed.
 */
export const retryingStorage = (storage: Storage, options: RetryingStorageOptions = {}): Storage => {
  const {
    retries = 8,
    baseMs = 100,
    maxMs = 5_000,
    withinMs = Infinity,
    deadlineMs = 30_000,
    hurry,
    signal,
    onUnavailable,
    onRecovered,
  } = options
  const bounded = boundWaiting({ ms: deadlineMs, hurry })
  // However many calls wait for a store that is away: Node would warn of a leak at the eleventh.
  if (signal) setMaxListeners(0, signal)

  // Calls end in another order than they began: the one that began last knows best.
  let begun = 0
  let latest = { call: 0, away: false }

  const tell = (call: number, operation: string, error: WebhooksError | null): void => {
    if (call < latest.call || signal?.aborted) return
    if (error && !latest.away) onUnavailable?.(operation, error)
    if (!error && latest.away) onRecovered?.(operation)
    latest = { call, away: error !== null }
  }

  const told = async <T>(operation: string, call: () => Promise<T>): Promise<T> => {
    const number = ++begun
    try {
      const answer = await bounded(operation, call())
      tell(number, operation, null)
      return answer
    } catch (error) {
      if (isWebhooksError(error, 'STORAGE_UNAVAILABLE')) tell(number, operation, error)
      throw error
    }
  }

  const repeat = async <T>(
    operation: string,
    call: () => Promise<T>,
    first: { failure: WebhooksError; leftMs: number },
  ): Promise<T> => {
    const { failure, leftMs } = first
    let last: unknown = failure
    const answers: T[] = []
    // The call that failed counts as p-retry's first: a delay comes before the next.
    const next = async (number: number): Promise<T> => {
      if (number === 1) throw failure
      try {
        const answer = await told(operation, call)
        answers.push(answer)
        return answer
      } catch (error) {
        last = error
        throw error
      }
    }
    try {
      await pRetry(next, {
        retries,
        maxRetryTime: leftMs,
        minTimeout: baseMs,
        maxTimeout: maxMs,
        randomize: true,
        ...(signal && { signal }),
        shouldRetry: ({ error }) => isWebhooksError(error, 'STORAGE_UNAVAILABLE'),
      })
    } catch {
      // p-retry throws `signal`'s reason, even over an answer that came: what the store said is of more use.
      if (answers.length === 0) throw last
    }
    return answers[0] as T
  }

  const wrap = <F extends Call>(operation: string, method: F): F =>
    (async (...args: Parameters<F>) => {
      if (holdsSession(args[0])) return method(...args)
      const started = performance.now()
      try {
        return await told(operation, () => method(...args))
      } catch (error) {
        if (!isWebhooksError(error, 'STORAGE_UNAVAILABLE') || signal?.aborted) throw error
        const leftMs = withinMs - (performance.now() - started)
        if (leftMs <= 0) throw error
        return repeat(operation, () => method(...args), { failure: error, leftMs })
      }
    }) as F

  const group = <G extends object>(name: string, methods: G): G =>
    Object.fromEntries(
      verbsOf(methods).map((verb) => {
        const method = Reflect.get(methods, verb) as Call
        return [verb, wrap(`${name}.${verb}`, method.bind(methods))]
      }),
    ) as G

  return {
    name: storage.name,
    open: (input) => bounded('open', storage.open(input)),
    close: () => storage.close(),
    now: () => bounded('now', storage.now()),
    ...(storage.watch && { watch: storage.watch.bind(storage) }),
    ...(storage.newSubscriptionId && { newSubscriptionId: storage.newSubscriptionId.bind(storage) }),
    subscriptions: group('subscriptions', storage.subscriptions),
    events: group('events', storage.events),
    lanes: group('lanes', storage.lanes),
    deliveries: group('deliveries', storage.deliveries),
    replays: group('replays', storage.replays),
    metrics: group('metrics', storage.metrics),
    maintenance: group('maintenance', storage.maintenance),
  }
}
