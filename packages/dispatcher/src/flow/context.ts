import type { RetrySchedule } from '../core/retry-schedule.js'
import type { RateLimit } from '../core/subscription.js'
import type { AddressGuard } from '../ports/address-guard.js'
import type { Clock } from '../ports/clock.js'
import type { EventCache } from '../ports/event-cache.js'
import type { Ids } from '../ports/ids.js'
import type { Logger } from '../ports/logger.js'
import type { Observer } from '../ports/observer.js'
import type { Storage } from '../ports/storage/storage.js'
import type { Transport } from '../ports/transport.js'

/** Settings that the flow reads; `options.ts` has their meaning and defaults. */
export interface FlowSettings {
  readonly timeoutMs: number
  readonly retry: RetrySchedule
  readonly rateLimit: RateLimit | false
  readonly concurrency: number
  readonly laneConcurrency: number
  readonly maxPayloadBytes: number
  readonly retentionMs: number
  readonly pollIntervalMs: number
  readonly shutdownGraceMs: number
  readonly leaseMs: number
  readonly userAgent: string
}

/** Everything the flow speaks to. */
export interface FlowContext {
  readonly storage: Storage
  readonly transport: Transport
  readonly guard: AddressGuard
  readonly clock: Clock
  readonly ids: Ids
  readonly observe: Observer
  readonly logger: Logger
  readonly cache: EventCache
  readonly settings: FlowSettings
  /** Gathers concurrent calls into batches: at most `maxSize`, or what came within `lingerMs`. */
  readonly batch: <I, O>(options: BatchOptions<I, O>) => Batch<I, O>
}

export interface BatchOptions<I, O> {
  readonly maxSize: number
  readonly lingerMs: number
  /** Somebody waits for every item: linger only while another batch is under way. */
  readonly eager?: boolean
  /** Batches under way at a time. */
  readonly inFlight: number
  /** Answers for each item, in order. */
  readonly write: (items: readonly I[]) => Promise<readonly O[]>
}

export interface Batch<I, O> {
  add(item: I): Promise<O>
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>
}
