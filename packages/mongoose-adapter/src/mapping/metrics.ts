import {
  COUNTS_LENGTH,
  HOUR_MS,
  MINUTE_MS,
  type MetricsCounts,
  type MetricsSum,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type {
  CountsDocument,
  MetricsCallDocument,
  MetricsDocument,
  MetricsFoldDocument,
} from '../documents.js'
import { number, objectOrNull, raw, within, type Raw } from './fields.js'

/** Hours of the times to come have as many digits: ids sort by time. */
const DIGITS = 7

/** The id of a subscription's hour; those of one subscription follow each other by time. */
export const metricsId = (lane: string, at: number): string =>
  `${lane} ${String(Math.floor(at / HOUR_MS)).padStart(DIGITS, '0')}`

/** The id of what a call counts; no subscription's hour has one like it. */
export const metricsCallId = (callId: string): string => `~call ${callId}`

/** The id of what is being added to the hours. */
export const METRICS_FOLD = '~fold'

/** Whether somebody else has made it what cannot be gone on with. */
export const isBroken = ({ token, calls }: MetricsFoldDocument): boolean =>
  typeof token !== 'string' || !Array.isArray(calls)

/** What is added for a minute: to the hour, and to the minute within it. */
export const additions = (minute: number, counts: readonly number[]): Record<string, number> =>
  Object.fromEntries(
    counts.flatMap((count, place) =>
      count === 0
        ? []
        : [
            [`hour.p${place}`, count],
            [`minutes.${minuteName(minute)}.p${place}`, count],
          ],
    ),
  )

const minuteName = (minute: number): string => `m${(minute % HOUR_MS) / MINUTE_MS}`

/** The whole hour. @throws Error naming the field that is not as it should be */
export const toHour = (document: MetricsDocument): MetricsSum => ({
  at: number(raw(document), 'at'),
  counts: toCounts(raw(document), 'hour'),
})

/** Its minutes, until they are rolled up. @throws Error naming the field that is not as it should be */
export const toMinutes = (document: MetricsDocument): MetricsSum[] => {
  const at = number(raw(document), 'at')
  const minutes = objectOrNull(raw(document), 'minutes') ?? {}
  return within('minutes', () =>
    Object.keys(minutes).map((name) => ({
      at: at + Number(name.slice(1)) * MINUTE_MS,
      counts: toCounts(minutes, name),
    })),
  )
}

const toCounts = (document: Raw, field: string): number[] => {
  const places: Raw = objectOrNull(document, field) ?? ({} satisfies CountsDocument)
  return within(field, () =>
    Array.from({ length: COUNTS_LENGTH }, (_, place) => {
      const name = `p${place}`
      return name in places ? number(places, name) : 0
    }),
  )
}

/** What a subscription's attempts of one call came to. */
export interface MetricsPart {
  readonly lane: string
  readonly at: number
  readonly counts: MetricsCounts
}

/** As they are stored: nearly all counts are 0. */
export const fromParts = (deltas: Iterable<readonly [lane: string, counts: MetricsCounts]>) =>
  Array.from(deltas, ([lane, counts]) => [
    lane,
    ...counts.flatMap((count, place) => (count === 0 ? [] : [place, count])),
  ])

/** What a call counts. @throws Error naming the field that is not as it should be */
export const toParts = (document: MetricsCallDocument): MetricsPart[] => {
  const at = number(raw(document), 'at')
  if (!Array.isArray(document.parts)) throw new Error('parts: expected an array')
  return document.parts.map((part) => {
    const [lane, ...pairs] = Array.isArray(part) ? part : []
    const counts = Array<number>(COUNTS_LENGTH).fill(0)
    for (let index = 0; index < pairs.length; index += 2) {
      const [place, count] = [pairs[index], pairs[index + 1]]
      if (typeof place !== 'number' || typeof count !== 'number' || !(place in counts))
        throw new Error('parts: expected places and their counts')
      counts[place] = count
    }
    if (typeof lane !== 'string') throw new Error('parts: expected the id of a subscription')
    return { lane, at, counts }
  })
}
