export { MAX_ATTEMPTS_KEPT, type Attempt } from '../core/attempt.js'
export { addStats, statsDeltas, type AttemptResult, type StatsDelta } from '../core/attempt-result.js'
export { CLOCKS_DIFFER_MS } from '../core/clocks-differ.js'
export {
  deliveryId,
  withoutAnswers,
  type Delivery,
  type DeliveryReason,
  type DeliveryStatus,
  type NewDelivery,
  type QueuedDelivery,
} from '../core/delivery.js'
export type { StoredEvent } from '../core/event.js'
export type { Replay, ReplayState, ReplayWhich } from '../core/replay.js'
export {
  EMPTY_WINDOW,
  FULL_WINDOW,
  NEVER,
  type HoldReason,
  type Lane,
  type LaneHold,
  type LaneState,
  type LaneWindow,
} from '../core/lane.js'
export {
  addCounts,
  COUNTS_LENGTH,
  HOUR_MS,
  metricsDeltas,
  metricsPlaces,
  MINUTE_MS,
  minuteOf,
  type MetricsCounts,
} from '../core/metrics.js'
export { NO_HEALTH, type SubscriptionHealth, type ToldChange } from '../core/subscription-health.js'
export {
  NO_STATS,
  type InactiveReason,
  type RateLimit,
  type Subscription,
  type SubscriptionPatch,
  type SubscriptionSecret,
  type SubscriptionStats,
} from '../core/subscription.js'
export type { CancelInput, DeliveryStore } from '../ports/storage/deliveries.js'
export type { AppendInput, EventStore, FanOutInput } from '../ports/storage/events.js'
export type {
  AcquireInput,
  Acquired,
  CompleteInput,
  ExtendInput,
  LaneRelease,
  LaneStore,
} from '../ports/storage/lanes.js'
export {
  SERVED_FILTERS,
  type DeliveryQuery,
  type EventQuery,
  type PageQuery,
  type Position,
} from '../ports/storage/lists.js'
export type { Maintenance, RepairInput, StorageCounts } from '../ports/storage/maintenance.js'
export type { ReplayQuery, ReplayStore } from '../ports/storage/replays.js'
export type { MetricsSpan, MetricsStore, MetricsSum, RollUpInput } from '../ports/storage/metrics.js'
export type { MalformedRow, StorageReport } from '../ports/storage/report.js'
export type { OpenInput, Storage } from '../ports/storage/storage.js'
export type { ExpectedSubscription, SubscriptionStore } from '../ports/storage/subscriptions.js'
export { sumMetrics } from './sum-metrics.js'
export { holdsSession } from './holds-session.js'
export { NO_REPORT, readRows } from './read-rows.js'
export { toReplay } from './to-replay.js'
export { boundCalls, LATE, within } from './bound-calls.js'
