import type { BacklogReport } from './backlog.js'
import type { RoundReport } from './round.js'

/** What a run shows. */
export interface Report {
  readonly storage: string
  readonly node: string
  readonly seed: number
  readonly minutes: number
  readonly rounds: number
  readonly accepted: number
  readonly arrived: number
  readonly kills: number
  /** By boundary and moment. */
  readonly killsBy: Readonly<Record<string, number>>
  readonly troubles: Readonly<Record<string, number>>
  readonly lost: number
  readonly duplicates: number
  readonly windowsOver: number
  readonly givenUp: number
  readonly uncounted: number
  /** Ms from the death of a lane's process to the lane's next request; `null` when none lost one. */
  readonly recoveryP50Ms: number | null
  readonly recoveryP90Ms: number | null
  /** Requests to a dead endpoint that went before one of a quiet lane, at most; `null` when that was not tried. */
  readonly mostBeforeQuiet: number | null
  readonly breaches: readonly string[]
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)

const quantile = (numbers: readonly number[], share: number): number | null => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const found = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  return found === undefined ? null : Math.round(found)
}

const counted = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

/** All rounds in one. */
export const reportOn = (
  run: Pick<Report, 'storage' | 'seed' | 'minutes'>,
  rounds: readonly RoundReport[],
  backlog: BacklogReport | null = null,
): Report => {
  const kills = rounds.flatMap((round) => round.kills)
  const recovery = rounds.flatMap(({ recoveryMs }) => recoveryMs)
  const troubles = rounds.flatMap((round) =>
    Object.entries(round.troubles).flatMap(([name, times]) => Array<string>(times).fill(name)),
  )
  return {
    ...run,
    node: process.version,
    rounds: rounds.length,
    accepted: sum(rounds.map(({ accepted }) => accepted)),
    arrived: sum(rounds.map(({ arrived }) => arrived)),
    kills: kills.length,
    killsBy: counted(kills.map(({ how }) => how)),
    troubles: counted(troubles),
    lost: sum(rounds.map(({ lost }) => lost)),
    duplicates: sum(rounds.map(({ duplicates }) => duplicates)),
    windowsOver: sum(rounds.map(({ windowsOver }) => windowsOver)),
    givenUp: sum(rounds.map(({ givenUp }) => givenUp)),
    uncounted: sum(rounds.map(({ uncounted }) => uncounted)),
    recoveryP50Ms: quantile(recovery, 0.5),
    recoveryP90Ms: quantile(recovery, 0.9),
    mostBeforeQuiet: backlog?.mostBetween ?? null,
    breaches: [
      ...(backlog?.breaches ?? []),
      ...rounds.flatMap(({ seed, breaches }) => breaches.map((breach) => `round ${seed}: ${breach}`)),
    ],
  }
}

/** For people. */
export const reportText = (report: Report): string => {
  const { killsBy, troubles, breaches, ...facts } = report
  const table = (entries: object) =>
    Object.entries(entries).map(([name, value]) => `  ${name.padEnd(44)} ${String(value)}`)
  return [
    ...table(facts),
    'kills',
    ...table(killsBy),
    'troubles',
    ...table(troubles),
    breaches.length === 0 ? 'no breach' : `${breaches.length} BREACHES`,
    ...breaches.slice(0, 50).map((breach) => `  ${breach}`),
  ].join('\n')
}
