import type { EventCatalogue } from '@swigs/webhooks-protocol'
import type { ResolvedAddress } from '../ports/address-guard.js'
import type { Clock } from '../ports/clock.js'
import type { Logger } from '../ports/logger.js'
import type { Observer } from '../ports/observer.js'
import type { Storage } from '../ports/storage/storage.js'
import type { Tracing } from '../ports/tracing.js'
import type { Transport } from '../ports/transport.js'

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
  /**
   * After how much unbroken failure (no 2xx) a subscription is told of, and after how much it is switched off, ms; `false`: never.
   * Default 6 hours, and never. What is paused or off is not looked at, and whoever is resumed begins anew.
   */
  health?:
    { warnAfterMs?: number | false | undefined; disableAfterMs?: number | false | undefined } | undefined
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
        /**
         * A proxy that everything goes through: its URL, or `'env'` for `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, which are
         * not read otherwise. The guard judges every name before the proxy is asked for it; what the proxy then connects to
         * is the proxy's to guard. A `transport` that is given has its own.
         */
        proxy?: string | undefined
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
  /** Follows events to their attempts: `otelTracing()` of `@swigs/webhooks-dispatcher/otel`. Default: nothing is traced. */
  tracing?: Tracing | undefined
}
