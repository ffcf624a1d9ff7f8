import { z } from 'zod'
import { MAX_METRICS_POINTS, type MetricsStep } from '../api/metrics.js'
import { HOUR_MS, MINUTE_MS, minutesBefore } from '../core/metrics.js'
import { instantSchema } from './fields.js'
import { invalid, parseInput } from './parse-input.js'

/** Steps in ms, the finer first. */
const STEPS_MS: Readonly<Record<MetricsStep, number>> = {
  minute: MINUTE_MS,
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
}

const schema = z
  .strictObject({
    since: instantSchema.optional(),
    until: instantSchema.optional(),
    step: z.enum(['minute', 'hour', 'day']).default('minute'),
  })
  .prefault({})

/** The time that is looked at unless told, ms. */
const DEFAULT_MS: Readonly<Record<MetricsStep, number>> = {
  minute: HOUR_MS,
  hour: 48 * HOUR_MS,
  day: 30 * 24 * HOUR_MS,
}

/** A time in whole steps. */
export interface ParsedMetricsQuery {
  readonly since: number
  readonly until: number
  readonly step: MetricsStep
  readonly stepMs: number
}

/**
 * @param now epoch ms: the default of `until`, and what minutes are kept from
 * @throws InvalidOptionsError naming the field and the way out
 */
export const parseMetricsQuery = (member: string, query: unknown, now: number): ParsedMetricsQuery => {
  // The step that begins now is among them.
  const { until = now + 1, step, ...given } = parseInput(member, schema, query)
  const since = given.since ?? until - DEFAULT_MS[step]
  const stepMs = STEPS_MS[step]
  const refuse = (path: string, message: string): Error => invalid(member, [{ path, message }])
  if (since >= until) throw refuse('until', 'Expected an instant after since')
  const from = Math.floor(since / stepMs) * stepMs
  const to = Math.ceil(until / stepMs) * stepMs
  const points = (to - from) / stepMs
  if (points > MAX_METRICS_POINTS) {
    const wider = step === 'day' ? '' : `, or a longer step: ${step === 'minute' ? 'hour or day' : 'day'}`
    const most = `at most ${MAX_METRICS_POINTS} points in one answer`
    throw refuse(
      'since',
      `From since to until there are ${points} of step ${step}, and ${most}. Ask for less time${wider}`,
    )
  }
  if (step === 'minute' && from < minutesBefore(now))
    throw refuse('since', 'Minutes are kept for 48 hours. Ask for a later time, or for step hour or day')
  return { since: from, until: to, step, stepMs }
}
