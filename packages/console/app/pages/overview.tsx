import { api } from '../api/client.js'
import type { Subscription } from '../api/types.js'
import { remember } from '../state/endpoints.js'
import { may } from '../state/me.js'
import { hrefOf } from '../state/route.js'
import { useLoad } from '../state/use-load.js'
import { duration } from '../text/time.js'
import { count, stateOf } from '../text/words.js'
import { Chip, Head } from '../ui/basics.js'
import { Empty, Loadable } from '../ui/states.js'
import { DataTable } from '../ui/table.js'
import { MetricsCharts } from '../ui/metrics-charts.js'
import { Rates } from './overview/rates.js'
import { Tile } from '../ui/tile.js'

/** How it all is, right now. */
export const OverviewPage = () => (
  <>
    <Head title="Overview" sub="What there is to do, and who is ill" />
    {may('GET /stats') ? (
      <Numbers />
    ) : (
      <p class="faint">How much there is to do is counted over all sites, and you may see some of them.</p>
    )}
    <Endpoints />
    {may('GET /stats/metrics') ? <MetricsCharts id={null} /> : null}
  </>
)

const Numbers = () => {
  const load = useLoad('stats', () => api.stats(), { live: true })
  return (
    <Loadable of={load}>
      {(stats) => (
        <>
          <div class="tiles">
            <Tile name="Due now" value={count(stats.due)} tone={stats.due > 0 ? 'wait' : 'good'} />
            <Tile
              name="Oldest waits"
              value={stats.due === 0 ? 'none' : duration(stats.oldestDueAgeMs)}
              tone={stats.oldestDueAgeMs > 60_000 ? 'bad' : 'good'}
            />
            <Tile name="In flight here" value={count(stats.inFlight)} />
            <Tile name="Waiting in all" value={count(stats.pending)} />
            {may('GET /stats/metrics') ? <Rates /> : null}
            <Tile name="Delivered" value={count(stats.delivered)} />
            <Tile
              name="Given up"
              value={count(stats.failed)}
              href={hrefOf('given-up')}
              tone={stats.failed > 0 ? 'bad' : 'good'}
            />
          </div>
          {stats.malformed.length === 0 ? null : (
            <div class="state problem">
              <p class="title">{count(stats.malformed.length)} rows cannot be read, and are passed over</p>
              <ul>
                {stats.malformed.slice(0, 10).map(({ noun, id, problem }) => (
                  <li key={`${noun} ${id}`}>
                    {noun} <code>{id}</code>: {problem}
                  </li>
                ))}
              </ul>
            </div>
          )}
        </>
      )}
    </Loadable>
  )
}

const isIll = (one: Subscription): boolean => stateOf(one).tone !== 'good'

const RANKS = ['bad', 'good', 'wait', 'off']
const rank = (one: Subscription): number => RANKS.indexOf(stateOf(one).tone)

const Endpoints = () => {
  const load = useLoad(
    'overview endpoints',
    async () => {
      const page = await api.subscriptions({ limit: 100 })
      remember(...page.items)
      return page.items.filter(isIll).sort((one, other) => rank(one) - rank(other))
    },
    { live: true },
  )
  return (
    <section>
      <h2>Endpoints to look at</h2>
      <Loadable of={load}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="All is well">No endpoint is off, paused or failing.</Empty>
          ) : (
            <DataTable
              caption="Endpoints that are ill, paused or off"
              rows={items}
              keyOf={({ id }) => id}
              hrefOf={({ id }) => hrefOf('endpoints', id)}
              columns={[
                { head: 'Endpoint', cell: ({ appName }) => appName },
                { head: 'State', cell: (one) => <Chip tone={stateOf(one).tone}>{stateOf(one).text}</Chip> },
                { head: 'Last error', cell: ({ stats }) => <span class="why">{stats.lastError ?? ''}</span> },
              ]}
            />
          )
        }
      </Loadable>
    </section>
  )
}
