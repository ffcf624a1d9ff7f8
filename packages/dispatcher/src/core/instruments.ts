/** What is measured: one table for OpenTelemetry and for Prometheus, so that a dashboard reads either. */
export interface Instrument {
  /** As OpenTelemetry writes it: `swigs_webhooks.attempt.duration`. */
  readonly name: string
  readonly kind: 'counter' | 'gauge' | 'histogram'
  /** UCUM: `s`, or what is counted, in braces. */
  readonly unit: string
  readonly description: string
  /** Of a histogram: the buckets' upper bounds, ascending; one more is open. */
  readonly bounds: readonly number[]
}

const counted = (kind: 'counter' | 'gauge', name: string, unit: string, description: string): Instrument => ({
  name: `swigs_webhooks.${name}`,
  kind,
  unit,
  description,
  bounds: [],
})

const timed = (name: string, description: string, bounds: readonly number[]): Instrument => ({
  ...counted('counter', name, 's', description),
  kind: 'histogram',
  bounds,
})

/** Those that count what this process does, since it is being counted. */
export const COUNTED = {
  accepted: counted(
    'counter',
    'events.accepted',
    '{event}',
    'Events that were accepted, duplicates not counted',
  ),
  delivered: counted('counter', 'deliveries.delivered', '{delivery}', 'Deliveries that were answered 2xx'),
  failed: counted('counter', 'deliveries.failed', '{delivery}', 'Deliveries that were given up, by reason'),
  duration: timed(
    'attempt.duration',
    'How long an attempt took, by what came of it: a class of status, or why no answer came',
    // Those of OpenTelemetry's http.client.request.duration, and what a longer timeout allows.
    [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60],
  ),
  lag: timed(
    'delivery.lag',
    'From the acceptance of an event to the 2xx of a delivery; what was sent again by hand is not in it',
    [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400],
  ),
} as const

/** Those that are looked up when somebody asks. */
export const GAUGES = {
  pending: counted('gauge', 'deliveries.pending', '{delivery}', 'Deliveries that wait, in the storage'),
  due: counted('gauge', 'deliveries.due', '{delivery}', 'Deliveries that wait and are due, in the storage'),
  oldestDueAge: counted(
    'gauge',
    'deliveries.oldest_due_age',
    's',
    'How long the oldest due delivery has waited, in the storage',
  ),
  pendingEvents: counted(
    'gauge',
    'events.pending',
    '{event}',
    'Events that are not turned into deliveries yet, in the storage',
  ),
  inFlight: counted('gauge', 'attempts.in_flight', '{attempt}', 'Attempts that this process has under way'),
  lanesHeld: counted('gauge', 'lanes.held', '{lane}', 'Subscriptions that this process is serving'),
} as const

/** What came of an attempt, in few words: `2xx` to `9xx`, or the class of its failure. */
export const attemptResult = (statusCode: number | null, errorClass: string | null): string =>
  statusCode === null ? (errorClass ?? 'internal') : `${Math.floor(statusCode / 100)}xx`
