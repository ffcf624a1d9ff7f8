import type { MetricsCounts } from '../../core/metrics.js'

/**
 * What attempts came to, by subscription and minute, as `complete` counts it; after a time by hour. Rows go by time and
 * subscription: a minute's are written together. Indexes: by subscription and time; by time.
 */
export interface MetricsStore {
  /**
   * Sums by spans of `stepMs` that begin at multiples of it since the epoch, those that have any, in any order. Spans of a minute
   * are made of minutes alone, longer ones of what is rolled up too.
   */
  read(query: MetricsSpan): Promise<MetricsSum[]>
  /**
   * Makes hours of minutes before `minutesBefore`, a whole hour, adding to those that are there, and deletes hours before
   * `hoursBefore`. At most about `limit` rows at a call, each of them once whatever is cut off; answers how many rows it took
   * away, 0 when there is nothing left to do.
   */
  rollUp(input: RollUpInput): Promise<number>
}

/** Whose metrics, and of which time. */
export interface MetricsSpan {
  /** `null`: the sum over all, removed ones too. */
  readonly subscriptionId: string | null
  /** `since ≤ at < until`, epoch ms; multiples of `stepMs`. */
  readonly since: number
  readonly until: number
  /** A minute, or a whole number of hours. */
  readonly stepMs: number
}

/** The sum of one span. */
export interface MetricsSum {
  /** Epoch ms of its start. */
  readonly at: number
  readonly counts: MetricsCounts
}

export interface RollUpInput {
  readonly minutesBefore: number
  readonly hoursBefore: number
  readonly limit: number
}
