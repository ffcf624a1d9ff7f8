import type { RetrySchedule } from '../core/retry-schedule.js'
import type { RateLimit } from '../core/subscription.js'
import type { HealthSettings } from '../core/subscription-health.js'
import type { AddressGuard } from '../ports/address-guard.js'
import type { MakeBatch } from '../ports/batch.js'
import type { Clock } from '../ports/clock.js'
import type { EventCache } from '../ports/event-cache.js'
import type { Ids } from '../ports/ids.js'
import type { Logger } from '../ports/logger.js'
import type { ObservedEventName, Observer } from '../ports/observer.js'
import type { Storage } from '../ports/storage/storage.js'
import type { Tracing } from '../ports/tracing.js'
import type { Transport } from '../ports/transport.js'

/** Settings that the flow reads; `api/options.ts` has their meaning, `input/options.ts` their defaults. */
export interface FlowSettings {
  readonly timeoutMs: number
  readonly retry: RetrySchedule
  readonly rateLimit: RateLimit | false
  readonly concurrency: number
  readonly laneConcurrency: number
  readonly maxPayloadBytes: number
  readonly retentionMs: number
  readonly health: HealthSettings
  readonly pollIntervalMs: number
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
  /** Whether anybody is told of it: asked before what costs something to tell. */
  readonly isObserved: (name: ObservedEventName) => boolean
  /** Absent: nothing is traced. */
  readonly tracing: Tracing | undefined
  readonly logger: Logger
  readonly cache: EventCache
  readonly settings: FlowSettings
  readonly batch: MakeBatch
}
