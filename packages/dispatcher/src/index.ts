export { consoleLogger } from './adapters/console-logger.js'
export { memoryStorage, type MemoryStorageOptions } from './adapters/memory-storage.js'
export { retryingStorage, type RetryingStorageOptions } from './adapters/retrying-storage.js'
export { systemClock, type SystemClock } from './adapters/system-clock.js'
export { undiciTransport, type UndiciTransportOptions } from './adapters/undici-transport.js'
export {
  MAX_ATTEMPTS_KEPT,
  type Attempt,
  type AttemptErrorClass,
  type NoAnswerClass,
} from './core/attempt.js'
export type {
  Delivery,
  DeliveryReason,
  DeliveryStatus,
  NewDelivery,
  QueuedDelivery,
} from './core/delivery.js'
export type { StoredEvent } from './core/event.js'
export { EMPTY_WINDOW, NEVER, type Lane, type LaneState, type LaneWindow } from './core/lane.js'
export type { Reply } from './core/reply.js'
export { statsDeltas, type Settlement, type StatsDelta } from './core/settlement.js'
export {
  NO_STATS,
  type InactiveReason,
  type NewSubscription,
  type RateLimit,
  type Subscription,
  type SubscriptionPatch,
  type SubscriptionSecret,
  type SubscriptionStats,
} from './core/subscription.js'
export { createDispatcher } from './dispatcher.js'
export type { AnyEvents, Dispatched, Dispatcher, Drained } from './dispatcher-interface.js'
export { MAX_PAGE, type Page } from './manage/cursor.js'
export type { Deliveries, DeliveryDetail, DeliveryListQuery, RecoverInput } from './manage/deliveries.js'
export type { DispatchOptions } from './manage/dispatch-input.js'
export type { EventListQuery, Events, EventWithDeliveries } from './manage/events.js'
export type { RequestView } from './manage/request-view.js'
export type { TestResult } from './manage/send-test.js'
export type { SiteId } from './manage/site-id.js'
export type { Stats } from './manage/stats.js'
export type { SubscriptionInput, SubscriptionUpdate } from './manage/subscription-input.js'
export type { Actor, Subscriptions } from './manage/subscriptions.js'
export type { AttemptView, DeliveryView, EventView, SubscriptionView } from './manage/views.js'
export { DEFAULT_DELAYS_MS, optionsFromEnv, type DispatcherOptions } from './options.js'
export type { AddressGuard, GuardVerdict, ResolvedAddress } from './ports/address-guard.js'
export type { Clock } from './ports/clock.js'
export type { Logger } from './ports/logger.js'
export type { ObservedEvent, ObservedEventName, ObservedEvents, Observer } from './ports/observer.js'
export type {
  DeliveryQuery,
  DeliveryStore,
  EventQuery,
  LaneRelease,
  LaneStore,
  Outbox,
  Position,
  Storage,
  StorageCounts,
  SubscriptionStore,
  Upkeep,
} from './ports/storage.js'
export { MAX_RESPONSE_BYTES, type Transport, type TransportRequest } from './ports/transport.js'
