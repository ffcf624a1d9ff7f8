import { api } from '../api/client.js'
import { remember } from '../state/endpoints.js'
import { may } from '../state/me.js'
import { useLoad } from '../state/use-load.js'
import { deliveriesAtLeast, stateOf, successRate } from '../text/words.js'
import { Chip, Facts, Head, Time } from '../ui/basics.js'
import { MetricsCharts } from '../ui/metrics-charts.js'
import { Loadable } from '../ui/states.js'
import { EndpointActs } from './endpoint/acts.js'
import { EndpointDeliveries } from './endpoint/deliveries.js'
import { EndpointSettings } from './endpoint/settings.js'
import { SecretDialog } from './endpoint/secret.js'

/** One endpoint: how it is, what it was sent, and what can be done about it. */
export const EndpointPage = ({ id }: { id: string }) => {
  const load = useLoad(
    `endpoint ${id}`,
    async () => {
      const [endpoint, mine] = await Promise.all([api.subscription(id), api.me(id)])
      remember(endpoint)
      const waiting = may('GET /deliveries/count', mine)
        ? await api.count({ subscriptionId: id, status: 'pending' }).catch(() => null)
        : null
      return { endpoint, mine, waiting }
    },
    { live: true },
  )
  return (
    <>
      <SecretDialog />
      <Loadable of={load}>
        {({ endpoint, mine, waiting }) => {
          const { stats } = endpoint
          const state = stateOf(endpoint)
          return (
            <>
              <Head
                title={
                  <>
                    {endpoint.appName} <Chip tone={state.tone}>{state.text}</Chip>
                  </>
                }
                sub={<code class="url">{endpoint.url}</code>}
              >
                <EndpointActs endpoint={endpoint} mine={mine} waiting={waiting} again={load.again} />
              </Head>
              <Facts
                rows={[
                  ...(waiting === null ? [] : [['Waiting', deliveriesAtLeast(waiting)] as const]),
                  ['Delivered', successRate(stats.totalSent, stats.totalFailed)],
                  ['Last delivered', <Time at={stats.lastSentAt} />],
                  ['Last error', stats.lastError ?? <span class="faint">none</span>],
                ]}
              />
              {may('GET /:id/metrics', mine) ? <MetricsCharts id={id} /> : null}
              <EndpointDeliveries id={id} />
              <EndpointSettings endpoint={endpoint} mine={mine} again={load.again} />
            </>
          )
        }}
      </Loadable>
    </>
  )
}
