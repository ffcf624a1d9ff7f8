import type { AttemptErrorClass } from '../core/attempt.js'
import type { InstantInput } from './page.js'

/** How long one point of metrics is. */
export type MetricsStep = 'minute' | 'hour' | 'day'

/** The most points of one answer. */
export const MAX_METRICS_POINTS = 1_500

/** Which time to look at, and how closely. */
export interface MetricsQuery {
  /**
   * From the step that it lies in; Date, epoch ms or ISO 8601. Minutes are kept for 48 hours, hours and days for 30 days. Default: an
   * hour before `until`, by the hour two days, by the day 30 days.
   */
  since?: InstantInput | undefined
  /** To the step that it lies in; default: now. */
  until?: InstantInput | undefined
  /** Hours and days are those of UTC. Default `minute`. */
  step?: MetricsStep | undefined
}

/** What came of the attempts that were recorded in one step. */
export interface MetricsPoint {
  /** Its start. */
  readonly at: Date
  /** Requests made. */
  readonly attempts: number
  /** Those that were answered 2xx. */
  readonly delivered: number
  /** Those that were not. */
  readonly failed: number
  /** The failed ones by class; every class is there. */
  readonly failedBy: Readonly<Record<AttemptErrorClass, number>>
  /** All attempts by their duration: 12 counts, between the bounds of `LATENCY_BUCKETS_MS`. */
  readonly latency: readonly number[]
}

/** Metrics of a time: a point for every step of it, oldest first, also where nothing was sent. */
export interface Metrics {
  /** The start of the first point. */
  readonly since: Date
  /** The end of the last one. */
  readonly until: Date
  readonly step: MetricsStep
  readonly points: readonly MetricsPoint[]
}
