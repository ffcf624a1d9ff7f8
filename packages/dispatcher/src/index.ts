export { consoleLogger } from './adapters/console-logger.js'
export { memoryStorage, type MemoryStorageOptions } from './adapters/memory-storage.js'
export { retryingStorage, type RetryingStorageOptions } from './adapters/retrying-storage.js'
export { systemClock, type SystemClock } from './adapters/system-clock.js'
export { undiciTransport, type UndiciTransportOptions } from './adapters/undici-transport.js'
export type { AttemptErrorClass, NoAnswerClass } from './core/attempt.js'
export type { DeliveryReason, DeliveryStatus } from './core/delivery.js'
export { LATENCY_BUCKETS_MS, percentile } from './core/metrics.js'
export type { HoldReason } from './core/lane.js'
export type { ReplayState, ReplayWhich } from './core/replay.js'
export type { Reply } from './core/reply.js'
export type { InactiveReason, RateLimit, SubscriptionState } from './core/subscription.js'
export type { AnyEvents, Dispatched, Dispatcher, DispatchOptions, Drained, SiteId } from './api/dispatcher.js'
export type {
  BulkOptions,
  Deliveries,
  DeliveryCount,
  DeliveryDetail,
  DeliveryFilterInput,
  DeliveryListQuery,
  RecoverInput,
  RequestView,
} from './api/deliveries.js'
export type { EventListQuery, Events, EventWithDeliveries } from './api/events.js'
export {
  MAX_METRICS_POINTS,
  type Metrics,
  type MetricsPoint,
  type MetricsQuery,
  type MetricsStep,
} from './api/metrics.js'
export type { DispatcherOptions } from './api/options.js'
export type {
  HistogramPoint,
  Instrument,
  Labels,
  Meter,
  MeterOptions,
  Metric,
  ValuePoint,
} from './api/meter.js'
export { MAX_PAGE, type InstantInput, type Page, type PageInput } from './api/page.js'
export type { ReplayBegun, ReplayInput, Replays, ReplayView } from './api/replays.js'
export type { Stats } from './api/stats.js'
export type {
  Actor,
  PauseAllInput,
  SubscriptionInput,
  Subscriptions,
  SubscriptionUpdate,
  TestInput,
  TestResult,
} from './api/subscriptions.js'
export type { AttemptView, DeliveryView, EventView, SubscriptionView } from './api/views.js'
export { createDispatcher } from './create-dispatcher.js'
export { optionsFromEnv } from './input/env.js'
export { DEFAULT_DELAYS_MS } from './input/options.js'
export type { AddressGuard, GuardVerdict, ResolvedAddress } from './ports/address-guard.js'
export type { Clock } from './ports/clock.js'
export type { Logger } from './ports/logger.js'
export type { ObservedEvent, ObservedEventName, ObservedEvents, Observer } from './ports/observer.js'
export type { AttemptSpan, DispatchSpan, TracedAttempt, Tracing } from './ports/tracing.js'
export type { Storage } from './ports/storage/storage.js'
export { MAX_RESPONSE_BYTES, type Transport, type TransportRequest } from './ports/transport.js'
