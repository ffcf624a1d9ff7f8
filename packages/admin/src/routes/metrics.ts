import type { Meter } from '@swigs/webhooks-dispatcher'
import { z } from 'zod'
import { defineRoute } from '../define-route.js'
import { PROMETHEUS_TYPE, prometheusText } from '../prometheus.js'
import type { ManagedDispatcher } from '../route.js'
import { flag } from '../schemas/common.js'

/** One of each kind for a dispatcher, however often it is mounted; made when somebody first asks. */
const meters = { whole: new WeakMap<object, Meter>(), bySubscription: new WeakMap<object, Meter>() }

const meterOf = (dispatcher: ManagedDispatcher, bySubscription: boolean): Meter => {
  const made = bySubscription ? meters.bySubscription : meters.whole
  const meter = made.get(dispatcher) ?? dispatcher.meter({ bySubscription })
  made.set(dispatcher, meter)
  return meter
}

/** For scrapers: of the process that answers, counted from the first time that it was asked. */
export const metricsRoute = defineRoute({
  name: 'getPrometheusMetrics',
  method: 'GET',
  path: '/metrics',
  summary: 'Live counters and gauges of this process, as Prometheus reads them',
  query: z.strictObject({
    bySubscription: flag.describe('A series for each subscription, as the label subscription'),
  }),
  isOfAllSites: true,
  result: z.string(),
  textType: PROMETHEUS_TYPE,
  handle: async (dispatcher, { query }) => ({
    result: prometheusText(await meterOf(dispatcher, query.bySubscription).read()),
  }),
})
