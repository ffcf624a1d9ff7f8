import type { Instrument } from '../core/instruments.js'

export type { Instrument }

/** What sets one series of a metric apart: `result` of attempts, `reason` of failures, `subscription` where that was asked for. */
export type Labels = Readonly<Record<string, string>>

/** One series of a counter or a gauge. */
export interface ValuePoint {
  readonly labels: Labels
  readonly value: number
}

/** One series of a histogram. */
export interface HistogramPoint {
  readonly labels: Labels
  /** How many were in each bucket, not added up; the last one is open. */
  readonly counts: readonly number[]
  readonly sum: number
}

/** A metric with its series as they are now. */
export interface Metric extends Instrument {
  /** Of a counter or a gauge. */
  readonly values: readonly ValuePoint[]
  /** Of a histogram. */
  readonly histograms: readonly HistogramPoint[]
}

/** How a meter counts. */
export interface MeterOptions {
  /** A series for each subscription, 1,000 at most; the rest is `other`. Default `false`. */
  bySubscription?: boolean | undefined
}

/** Counts what this process does, from the moment it was made. */
export interface Meter {
  /** Everything there is to see now; counters start at 0. @throws StoppedError, StorageUnavailableError */
  read(): Promise<readonly Metric[]>
  /** Nothing is counted any more. */
  end(): void
}
