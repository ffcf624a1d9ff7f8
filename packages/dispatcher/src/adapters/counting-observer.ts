import { attemptResult, COUNTED, type Instrument } from '../core/instruments.js'
import type { ObservedEvent, Observer } from '../ports/observer.js'

const MAX_SUBSCRIPTIONS = 1_000

interface Series {
  readonly labels: Readonly<Record<string, string>>
  readonly counts: number[]
  sum: number
}

/** The series of one instrument. */
class Tallies {
  readonly instrument: Instrument
  readonly #series = new Map<string, Series>()

  constructor(instrument: Instrument) {
    this.instrument = instrument
  }

  /** The series of these labels, made where it is not there. */
  of(labels: Readonly<Record<string, string>>): Series {
    const key = Object.values(labels).join(' ')
    let series = this.#series.get(key)
    if (!series) {
      const counts = new Array<number>(this.instrument.bounds.length + 1).fill(0)
      this.#series.set(key, (series = { labels, counts, sum: 0 }))
    }
    return series
  }

  /** Adds a number to the series of these labels. */
  add(value: number, labels: Readonly<Record<string, string>>): void {
    const { bounds } = this.instrument
    const series = this.of(labels)
    const found = bounds.findIndex((bound) => value <= bound)
    const bucket = found < 0 ? bounds.length : found
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1
    series.sum += value
  }

  /** As they are now. */
  metric() {
    const series = [...this.#series.values()]
    const isHistogram = this.instrument.kind === 'histogram'
    return {
      ...this.instrument,
      values: isHistogram ? [] : series.map(({ labels, sum }) => ({ labels, value: sum })),
      histograms: isHistogram
        ? series.map(({ labels, counts, sum }) => ({ labels, counts: [...counts], sum }))
        : [],
    }
  }
}

/** Counts what is observed, in memory: counters and histograms of this process. */
export class CountingObserver {
  readonly #bySubscription: boolean
  readonly #subscriptions = new Set<string>()
  readonly #tallies = {
    accepted: new Tallies(COUNTED.accepted),
    delivered: new Tallies(COUNTED.delivered),
    failed: new Tallies(COUNTED.failed),
    duration: new Tallies(COUNTED.duration),
    lag: new Tallies(COUNTED.lag),
  }

  /** @param bySubscription keeps each subscription's series apart */
  constructor({ bySubscription }: { bySubscription: boolean }) {
    this.#bySubscription = bySubscription
    const { accepted, delivered, lag } = this.#tallies
    // What has one series alone begins with it, at 0.
    for (const tallies of bySubscription ? [accepted] : [accepted, delivered, lag]) tallies.of({})
  }

  readonly observe: Observer = (event: ObservedEvent): void => {
    const { accepted, delivered, failed, duration, lag } = this.#tallies
    if (event.name === 'event.accepted' && !event.duplicate) accepted.add(1, {})
    else if (event.name === 'attempt.finished') {
      const result = attemptResult(event.statusCode, event.errorClass)
      duration.add(event.durationMs / 1_000, { result, ...this.#labels(event) })
    } else if (event.name === 'delivery.delivered') {
      const labels = this.#labels(event)
      delivered.add(1, labels)
      if (event.lagMs !== null) lag.add(event.lagMs / 1_000, labels)
    } else if (event.name === 'delivery.failed')
      failed.add(1, { reason: event.reason, ...this.#labels(event) })
  }

  /** What was counted. */
  read() {
    return Object.values(this.#tallies).map((tallies) => tallies.metric())
  }

  #labels({ subscriptionId }: { subscriptionId: string }): Readonly<Record<string, string>> {
    if (!this.#bySubscription) return {}
    const known = this.#subscriptions
    if (known.size < MAX_SUBSCRIPTIONS) known.add(subscriptionId)
    return { subscription: known.has(subscriptionId) ? subscriptionId : 'other' }
  }
}
