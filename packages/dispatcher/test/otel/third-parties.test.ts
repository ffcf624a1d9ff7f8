import { propagation, context } from '@opentelemetry/api'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { ofetchTransport } from '../../src/adapters/ofetch-transport.js'
import { undiciTransport, type Transport } from '../../src/index.js'
import { otelTracing } from '../../src/otel/index.js'
import { dispatcherTo, receiver, runOpenTelemetry, type Got } from './support.js'

const TRANSPORTS: Readonly<Record<string, () => Transport>> = {
  'the transport on undici': () => undiciTransport(),
  'the transport on undici, one connection for all': () => undiciTransport({ connections: 1 }),
  'the transport on ofetch': () => ofetchTransport(),
}

const QUERY = '?token=planted-in-the-query&x=1'

/** Header names that say something of a trace, here or elsewhere. */
const traceHeadersOf = ({ headers }: Got): string[] =>
  Object.keys(headers).filter((name) => /trace|baggage|b3|datadog|sentry|newrelic|apm/i.test(name))

describe.each(Object.entries(TRANSPORTS))('%s, in an app that instruments undici', (_name, transport) => {
  it.each([
    ['traced', true, true],
    ['not traced', false, true],
    ['traced, in an app without a context manager', true, false],
    ['not traced, in an app without a context manager', false, false],
  ])(
    'tells a receiver nothing of a trace, and a trace nothing of a query: %s',
    async (_case, traced, contexts) => {
      const { tracer, spans } = runOpenTelemetry({ contexts })
      const { got, origin } = await receiver()
      // The control: this is what the instrumentation does to a request of the app's own.
      await (await request(`${origin}/own${QUERY}`)).body.text()
      expect(got[0]?.headers).toHaveProperty('traceparent')
      expect(JSON.stringify(spans().map(({ attributes }) => attributes))).toContain('planted-in-the-query')
      const ownSpans = spans().length

      const { webhooks } = dispatcherTo({ transport: transport(), ...(traced && { tracing: otelTracing() }) })
      await webhooks.subscriptions.create({
        appName: 'third-party',
        url: `${origin}/hooks/a%20b${QUERY}`,
        events: ['*'],
        headers: { 'X-Mine': 'kept', Authorization: 'Bearer kept' },
      })
      const baggage = propagation.createBaggage({ customer: { value: 'ada' } })
      await context.with(propagation.setBaggage(context.active(), baggage), () =>
        tracer.startActiveSpan('a request of a user', async (span) => {
          await Promise.all([1, 2, 3].map((n) => webhooks.dispatch('order.created', { n })))
          await webhooks.drain()
          span.end()
        }),
      )

      const hooks = got.slice(1)
      expect(hooks).toHaveLength(3)
      for (const hook of hooks) {
        expect(traceHeadersOf(hook)).toEqual([])
        expect(hook.url).toBe(`/hooks/a%20b${QUERY}`)
        expect(hook.headers).toMatchObject({ 'x-mine': 'kept', authorization: 'Bearer kept' })
        expect(JSON.parse(hook.body)).toMatchObject({ event: 'order.created' })
      }
      const told = spans().slice(ownSpans)
      expect(told.length).toBeGreaterThanOrEqual(3)
      const text = JSON.stringify(told.map(({ name, attributes, events }) => [name, attributes, events]))
      expect(text).not.toContain('planted-in-the-query')
    },
  )

  it('leaves the instrumentation its span, without the query, where nothing else traces', async () => {
    const { spans } = runOpenTelemetry()
    const { origin } = await receiver()
    const { webhooks } = dispatcherTo({ transport: transport() })
    await webhooks.subscriptions.create({ appName: 'app', url: `${origin}/hooks${QUERY}`, events: ['*'] })
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(spans()).toHaveLength(1)
    expect(spans()[0]?.attributes).toMatchObject({
      'url.full': `${origin}/hooks`,
      'url.query': '',
      'http.response.status_code': 200,
    })
  })

  it('sends a header of the subscription’s own that has such a name', async () => {
    runOpenTelemetry()
    const { got, origin } = await receiver()
    const { webhooks } = dispatcherTo({ transport: transport() })
    const headers = { Traceparent: 'static', baggage: 'static' }
    await webhooks.subscriptions.create({ appName: 'app', url: `${origin}/hooks`, events: ['*'], headers })
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    expect(got[0]?.headers).toMatchObject({ traceparent: 'static', baggage: 'static' })
  })
})

describe('a traced attempt', () => {
  it('is one span and not two: what instruments undici is told to leave it alone', async () => {
    const { spans } = runOpenTelemetry()
    const { origin } = await receiver()
    for (const transport of [undiciTransport(), ofetchTransport()]) {
      const { webhooks } = dispatcherTo({ transport, tracing: otelTracing() })
      await webhooks.subscriptions.create({ appName: 'app', url: `${origin}/hooks`, events: ['*'] })
      await webhooks.dispatch('order.created', {})
      await webhooks.drain()
    }
    expect(spans().map(({ name }) => name)).toEqual([
      'dispatch order.created',
      'send order.created',
      'dispatch order.created',
      'send order.created',
    ])
  })
})
