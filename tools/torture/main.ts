/**
 * `npm run torture -- --minutes N --seed S --storage sqlite|mongo|postgres|memory [--due N] [--quiet N] [--json FILE]`: first N due deliveries behind a
 * dead endpoint, beside N quiet lanes; then rounds, one after the other, each
 * with a seed of its own that follows from S, until N minutes are over; then the report. What is done follows from the seed; what the
 * machine makes of it does not. Exit 1 on any breach.
 */
import { writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { runBacklog, type BacklogReport } from './backlog.js'
import { BEDS, type StorageName } from './beds.js'
import { randomFrom } from './random.js'
import { reportOn, reportText } from './report.js'
import { runRound, type RoundReport } from './round.js'
import { canShiftClocks } from './shifted-clock.js'

const SIZE = { processes: 4, troubles: 120, eventEveryMs: 30 }
const LARGEST_SEED = 2 ** 31 - 1

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * LARGEST_SEED)) },
    storage: { type: 'string', default: 'sqlite' },
    due: { type: 'string', default: '5000' },
    quiet: { type: 'string', default: '200' },
    json: { type: 'string' },
  },
})
const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
const storage = values.storage as StorageName
if (!(storage in BEDS) || !(minutes > 0) || !Number.isInteger(seed))
  throw new Error(
    `--storage is one of ${Object.keys(BEDS).join(', ')}; --minutes is a number, --seed an integer`,
  )

const bed = await BEDS[storage]()
const random = randomFrom(seed)
let backlog: BacklogReport | null = null
const rounds: RoundReport[] = []
const started = performance.now()
/** The report so far, also in the file: a run that is cut short has shown what it has. */
const keep = () => {
  const run = { storage: bed.kind, seed, minutes: (performance.now() - started) / 60_000 }
  const report = reportOn(run, rounds, backlog)
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`)
  return report
}

if (!canShiftClocks()) console.log('no faketime: no clock is set')
console.log(`torture on ${bed.kind}, seed ${seed}, ${minutes} min`)
try {
  backlog = await runBacklog(bed, seed, { due: Number(values.due), quiet: Number(values.quiet) })
  console.log(`${backlog.mostBetween} requests to a dead endpoint before that of a quiet lane, at most`)
  do {
    const round = await runRound(bed, random.int(0, LARGEST_SEED), SIZE)
    rounds.push(round)
    keep()
    const { accepted, kills, duplicates, breaches } = round
    console.log(
      `round ${round.seed}: ${accepted} accepted, ${kills.length} kills, ${duplicates} twice, ${breaches.length} breaches`,
    )
    for (const breach of breaches.slice(0, 10)) console.log(`  ${breach}`)
  } while (performance.now() - started < minutes * 60_000)
} finally {
  await bed.stop()
}
const report = keep()
console.log(reportText(report))
process.exit(report.breaches.length === 0 ? 0 : 1)
