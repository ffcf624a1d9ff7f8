import { api } from '../api/client.js'
import type { MetricsPoint } from '../api/types.js'
import { hrefOf, route } from '../state/route.js'
import { useLoad } from '../state/use-load.js'
import { classesIn, percentile, RANGES, sinceOf, type Range } from '../text/metrics.js'
import { duration } from '../text/time.js'
import { count, failureClass } from '../text/words.js'
import { Chart, type Series } from './chart.js'
import { Loadable } from './states.js'

const COLORS = ['bad', 'wait', 'soft', 'accent'] as const

const failures = (points: readonly MetricsPoint[]): Series[] => {
  const classes = classesIn(points)
  const named = classes.slice(0, 3).map((name, index) => ({
    name: failureClass(name),
    color: COLORS[index] ?? 'soft',
    values: points.map(({ failedBy }) => failedBy[name] ?? 0),
  }))
  const rest = classes.slice(3)
  if (rest.length === 0) return named
  const values = points.map(({ failedBy }) => rest.reduce((sum, name) => sum + (failedBy[name] ?? 0), 0))
  return [...named, { name: 'others', color: 'accent', values }]
}

/** What came of attempts over a time: of one endpoint, or of all (`null`). The range is in the address. */
export const MetricsCharts = ({ id }: { id: string | null }) => {
  const { page, query } = route.value
  const chosen = RANGES.find(({ name }) => name === query['range']) ?? (RANGES[0] as Range)
  const load = useLoad(`metrics ${id} ${chosen.name}`, () => api.metrics(id, sinceOf(chosen), chosen.step), {
    live: true,
  })
  return (
    <section>
      <div class="bar">
        <h2>Attempts</h2>
        <nav class="ranges" aria-label="Time">
          {RANGES.map(({ name }) => (
            <a
              key={name}
              href={hrefOf(page, id, { ...query, range: name })}
              aria-current={name === chosen.name ? 'true' : undefined}
            >
              {name}
            </a>
          ))}
        </nav>
      </div>
      <Loadable of={load}>{({ points }) => <Three points={points} />}</Loadable>
    </section>
  )
}

const Three = ({ points }: { points: readonly MetricsPoint[] }) => {
  const times = points.map(({ at }) => at)
  const failed = failures(points)
  const share = (part: number) => points.map(({ latency }) => percentile(latency, part))
  return (
    <div class="charts">
      <Chart
        title="Delivered"
        times={times}
        say={count}
        series={[
          {
            name: 'delivered',
            color: 'good',
            isFilled: true,
            values: points.map(({ delivered }) => delivered),
          },
        ]}
      />
      <Chart
        title="Failed, by class"
        times={times}
        say={count}
        series={failed.length > 0 ? failed : [{ name: 'failed', color: 'bad', values: points.map(() => 0) }]}
      />
      <Chart
        title="How long attempts took"
        times={times}
        say={duration}
        series={[
          { name: 'half of them (p50)', color: 'accent', values: share(0.5) },
          { name: '95 of 100 (p95)', color: 'wait', values: share(0.95) },
        ]}
      />
    </div>
  )
}
