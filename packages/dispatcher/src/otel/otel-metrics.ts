import { metrics, type Attributes, type BatchObservableResult, type MeterProvider } from '@opentelemetry/api'
import type { Dispatcher } from '../api/dispatcher.js'
import { readGauges } from '../api/gauges.js'
import { attemptResult, COUNTED, GAUGES, type Instrument } from '../core/instruments.js'
import type { Observer } from '../ports/observer.js'
import { SCOPE } from './names.js'

/** How a dispatcher is measured. */
export interface OtelMetricsOptions {
  /** A series for each subscription, as the attribute `subscription`: as many as there are. Default `false`. */
  readonly bySubscription?: boolean | undefined
  /** Default: the one that is registered with the API; metrics of before that are lost. */
  readonly meterProvider?: MeterProvider | undefined
}

const optionsOf = ({ unit, description, bounds }: Instrument) => ({
  unit,
  description,
  ...(bounds.length > 0 && { advice: { explicitBucketBoundaries: [...bounds] } }),
})

type Watched = Pick<Dispatcher, 'observe' | 'stats'>

/**
 * Measures a dispatcher with OpenTelemetry, in seconds; answers how to end that. The gauges of the storage are the same in every
 * process: take their maximum, not their sum.
 * @example
 * const end = otelMetrics(webhooks)
 */
export const otelMetrics = (
  webhooks: Watched,
  { bySubscription = false, meterProvider }: OtelMetricsOptions = {},
): (() => void) => {
  const meter = (meterProvider ?? metrics).getMeter(SCOPE)
  const counter = (of: Instrument) => meter.createCounter(of.name, optionsOf(of))
  const histogram = (of: Instrument) => meter.createHistogram(of.name, optionsOf(of))
  const gauge = (of: Instrument) => meter.createObservableGauge(of.name, optionsOf(of))

  const accepted = counter(COUNTED.accepted)
  const delivered = counter(COUNTED.delivered)
  const failed = counter(COUNTED.failed)
  const duration = histogram(COUNTED.duration)
  const lag = histogram(COUNTED.lag)
  const labelled = ({ subscriptionId }: { subscriptionId: string }): Attributes =>
    bySubscription ? { subscription: subscriptionId } : {}

  const observer: Observer = (event) => {
    if (event.name === 'event.accepted' && !event.duplicate) accepted.add(1)
    else if (event.name === 'attempt.finished') {
      const result = attemptResult(event.statusCode, event.errorClass)
      duration.record(event.durationMs / 1_000, { result, ...labelled(event) })
    } else if (event.name === 'delivery.delivered') {
      delivered.add(1, labelled(event))
      if (event.lagMs !== null) lag.record(event.lagMs / 1_000, labelled(event))
    } else if (event.name === 'delivery.failed') failed.add(1, { reason: event.reason, ...labelled(event) })
  }

  const gauges = new Map(Object.values(GAUGES).map((instrument) => [instrument.name, gauge(instrument)]))
  const look = async (result: BatchObservableResult): Promise<void> => {
    // While the storage is away, or after a stop, there is nothing to see.
    const stats = await webhooks.stats().catch(() => null)
    for (const { instrument, value } of stats ? readGauges(stats) : []) {
      const known = gauges.get(instrument.name)
      if (known) result.observe(known, value)
    }
  }
  const instruments = [...gauges.values()]
  meter.addBatchObservableCallback(look, instruments)
  const stop = webhooks.observe(observer)
  return () => {
    stop()
    meter.removeBatchObservableCallback(look, instruments)
  }
}
