import { context, createTraceState, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { memoryStorage, type Tracing } from '../../src/index.js'
import { otelTracing } from '../../src/otel/index.js'
import { SECRET, setUp } from '../support.js'
import { dispatcherTo, receiver, runOpenTelemetry } from './support.js'

const named = (name: string) => (span: { name: string }) => span.name === name

describe('an event that is traced', () => {
  it('is a PRODUCER span of its dispatch, and a CLIENT span of its first attempt below it', async () => {
    const { tracer, spans } = runOpenTelemetry()
    const { got, port, origin } = await receiver()
    const storage = memoryStorage()
    const { webhooks, observed } = dispatcherTo({ storage, tracing: otelTracing() })
    const url = `${origin}/planted-path?planted-query=1`
    const subscription = await webhooks.subscriptions.create({
      appName: 'app',
      url,
      events: ['*'],
      appSecret: SECRET,
      headers: { Authorization: 'Bearer planted-header' },
    })
    const { id } = await tracer.startActiveSpan('POST /orders', async (span) => {
      const accepted = await webhooks.dispatch('order.created', { note: 'planted-payload' }, 'site_1')
      span.end()
      return accepted
    })
    await webhooks.drain()

    const [request, dispatch, send] = ['POST /orders', 'dispatch order.created', 'send order.created'].map(
      (name) => spans().find(named(name)),
    )
    expect(dispatch?.kind).toBe(SpanKind.PRODUCER)
    expect(dispatch?.parentSpanContext?.spanId).toBe(request?.spanContext().spanId)
    expect(dispatch?.attributes).toEqual({
      'messaging.system': 'swigs_webhooks',
      'messaging.operation.name': 'dispatch',
      'messaging.operation.type': 'create',
      'messaging.destination.name': 'order.created',
      'messaging.message.id': id,
      'swigs_webhooks.site.id': 'site_1',
    })
    expect(send?.kind).toBe(SpanKind.CLIENT)
    expect(send?.parentSpanContext?.spanId).toBe(dispatch?.spanContext().spanId)
    expect(send?.spanContext().traceId).toBe(request?.spanContext().traceId)
    expect(send?.links).toEqual([])
    const finished = observed.find((event) => event.name === 'attempt.finished')
    expect(send?.attributes).toEqual({
      'messaging.system': 'swigs_webhooks',
      'messaging.operation.name': 'send',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'order.created',
      'messaging.destination.subscription.name': subscription.id,
      'messaging.message.id': id,
      'swigs_webhooks.site.id': 'site_1',
      'swigs_webhooks.delivery.id': finished?.deliveryId,
      'swigs_webhooks.delivery.attempt': 1,
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'url.full': `${origin}/REDACTED`,
      'server.address': '127.0.0.1',
      'server.port': port,
    })
    const [event] = await storage.events.get([id ?? ''])
    const { traceId, spanId } = dispatch?.spanContext() ?? {}
    expect(event?.trace).toBe(`00-${traceId}-${spanId}-01`)
    expect(event?.body).not.toContain(traceId)
    expect(got[0]?.body).toBe(event?.body)
    const text = JSON.stringify(
      spans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    )
    for (const planted of ['planted', SECRET]) expect(text).not.toContain(planted)
  })

  it('begins a trace of its own at each retry, linked to the dispatch', async () => {
    const { spans } = runOpenTelemetry()
    const { origin } = await receiver((index) => (index < 2 ? 503 : 200))
    const { webhooks } = dispatcherTo({ tracing: otelTracing() })
    await webhooks.subscriptions.create({ appName: 'app', url: `${origin}/hooks`, events: ['*'] })
    await webhooks.dispatch('order.created', {})
    await expect.poll(async () => (await webhooks.drain(), (await webhooks.stats()).delivered)).toBe(1)
    const dispatch = spans().find(named('dispatch order.created'))?.spanContext()
    const [first, ...retries] = spans().filter(named('send order.created'))
    expect(first?.spanContext().traceId).toBe(dispatch?.traceId)
    expect(first?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(first?.attributes).toMatchObject({ 'http.response.status_code': 503, 'error.type': '503' })
    expect(retries.map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([1, 2])
    for (const retry of retries) {
      expect(retry.parentSpanContext).toBe(undefined)
      expect(retry.spanContext().traceId).not.toBe(dispatch?.traceId)
      expect(retry.links.map(({ context }) => [context.traceId, context.spanId])).toEqual([
        [dispatch?.traceId, dispatch?.spanId],
      ])
    }
    expect(retries[1]?.status).toEqual({ code: SpanStatusCode.UNSET })
  })

  it('is followed by another process from what is stored', async () => {
    const { tracer, spans } = runOpenTelemetry()
    const storage = memoryStorage()
    const first = dispatcherTo({ storage, tracing: otelTracing() })
    const { origin } = await receiver()
    await first.webhooks.subscriptions.create({ appName: 'app', url: `${origin}/hooks`, events: ['*'] })
    const traceId = await tracer.startActiveSpan('a request', async (span) => {
      await first.webhooks.dispatch('order.created', {})
      span.end()
      return span.spanContext().traceId
    })
    const second = dispatcherTo({ storage, tracing: otelTracing() })
    await second.webhooks.drain()
    expect(spans().find(named('send order.created'))?.spanContext().traceId).toBe(traceId)
  })

  it('says why no answer came, by its class', async () => {
    const { spans } = runOpenTelemetry()
    const { webhooks } = dispatcherTo({
      tracing: otelTracing(),
      transport: {
        send: async () => ({ kind: 'no_answer', errorClass: 'dns', error: 'planted words' }),
        close: async () => undefined,
      },
    })
    await webhooks.subscriptions.create({
      appName: 'app',
      url: 'http://gone.example.com/x',
      events: ['*'],
    })
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    const sent = spans().filter(named('send order.created'))
    expect(sent[0]?.attributes['error.type']).toBe('dns')
    expect(sent[0]?.attributes).not.toHaveProperty('http.response.status_code')
    expect(sent[0]?.status).toEqual({ code: SpanStatusCode.ERROR })
  })

  it('tells of a duplicate, and of an event that could not be stored, by the name of what was thrown', async () => {
    const { spans } = runOpenTelemetry()
    const storage = memoryStorage()
    const { webhooks } = dispatcherTo({ storage, tracing: otelTracing() })
    for (const n of [1, 2]) await webhooks.dispatch('order.created', { n }, { idempotencyKey: 'once' })
    const session = { planted: 'session' }
    await expect(webhooks.dispatch('order.paid', {}, { session })).rejects.toThrow()
    expect(spans().map(({ attributes }) => attributes['swigs_webhooks.event.duplicate'])).toEqual([
      undefined,
      true,
      undefined,
    ])
    expect(spans()[2]?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(spans()[2]?.attributes['error.type']).toContain('SESSION_UNSUPPORTED')
  })

  it('is traced by the provider that is given, whatever is registered', async () => {
    const exporter = new InMemorySpanExporter()
    const tracerProvider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
    const { webhooks } = setUp({ tracing: otelTracing({ tracerProvider }) })
    await webhooks.dispatch('order.created', {})
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['dispatch order.created'])
  })
})

describe('propagateTo', () => {
  const sentTo = async (host: string, propagateTo: string[]) => {
    const { spans } = runOpenTelemetry()
    const { got, port } = await receiver()
    const { webhooks } = dispatcherTo({ tracing: otelTracing({ propagateTo }) })
    await webhooks.subscriptions.create({
      appName: 'app',
      url: `http://${host}:${port}/hooks?x=1`,
      events: ['*'],
    })
    await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    const send = spans().find(named('send order.created'))?.spanContext()
    return { sent: got[0]?.headers['traceparent'], expected: `00-${send?.traceId}-${send?.spanId}-01` }
  }

  it.each([
    ['hooks.own.example.com', ['hooks.own.example.com']],
    ['hooks.own.example.com', ['*.example.com']],
    ['HOOKS.own.example.com', ['other.example.com', 'hooks.OWN.example.com']],
    ['xn--bcher-kva.example.com', ['bücher.example.com']],
    ['127.0.0.1', ['127.0.0.1']],
  ])('sends %s the attempt’s traceparent where %j names it', async (host, propagateTo) => {
    const { sent, expected } = await sentTo(host, propagateTo)
    expect(sent).toBe(expected)
  })

  it.each([
    ['hooks.own.example.com', []],
    ['hooks.own.example.com', ['own.example.com', 'example.com']],
    ['example.com', ['*.example.com']],
    ['evil-example.com', ['*.example.com']],
    ['hooks.own.example.com.evil.com', ['*.example.com', 'hooks.own.example.com']],
  ])('sends %s nothing where %j does not', async (host, propagateTo) => {
    expect((await sentTo(host, propagateTo)).sent).toBe(undefined)
  })

  it('hands on what vendors have added to the trace, beside the event too', async () => {
    const { tracer } = runOpenTelemetry()
    const { got, port } = await receiver()
    const storage = memoryStorage()
    const { webhooks } = dispatcherTo({ storage, tracing: otelTracing({ propagateTo: ['own.example.com'] }) })
    await webhooks.subscriptions.create({
      appName: 'app',
      url: `http://own.example.com:${port}/`,
      events: ['*'],
    })
    const remote = { ...tracer.startSpan('x').spanContext(), traceState: createTraceState('vendor=abc') }
    await context.with(trace.setSpanContext(context.active(), remote), () =>
      webhooks.dispatch('order.created', {}),
    )
    await webhooks.drain()
    expect(got[0]?.headers['tracestate']).toBe('vendor=abc')
    const [event] = await storage.events.list({ after: null, limit: 1 })
    expect(event?.trace).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01 vendor=abc$/)
  })

  it.each(['https://example.com', '*', 'example.com:443', 'a b', '', '*.', 'user@example.com', 'a.*.com', 7])(
    'refuses %j, and says where it stands',
    (pattern) => {
      expect(() => otelTracing({ propagateTo: ['fine.example.com', pattern as string] })).toThrow(
        /otelTracing: propagateTo\.1: Expected the name of a host/,
      )
    },
  )
})

describe('tracing that is broken', () => {
  const boom = (): never => {
    throw new Error('planted in an error')
  }
  const span = { trace: null, headers: {}, run: <T>(call: () => T): T => call(), end: () => undefined }
  const cases: Readonly<Record<string, Tracing>> = {
    'throws at once': { dispatch: boom, attempt: boom },
    'throws where it runs': {
      dispatch: () => ({ ...span, run: boom }),
      attempt: () => ({ ...span, run: boom }),
    },
    'throws at its end': {
      dispatch: () => ({ ...span, end: boom }),
      attempt: () => ({ ...span, end: boom }),
    },
    'throws after it ran': {
      dispatch: () => ({ ...span, run: (call) => (call(), boom()) }),
      attempt: () => ({ ...span, run: (call) => (call(), boom()) }),
    },
    'never runs what it is given': {
      dispatch: () => ({ ...span, run: () => undefined as never }),
      attempt: () => ({ ...span, run: () => undefined as never }),
    },
    'answers headers that are none': {
      dispatch: () => span,
      attempt: () => ({
        ...span,
        headers: { 'a b': 'x', ok: 'two\r\nlines', n: 7 as never, 'Webhook-Id': 'evt_other', host: 'evil' },
      }),
    },
    'answers nonsense': {
      dispatch: () => ({ ...span, trace: 'x'.repeat(10_000) }),
      attempt: () => ({ ...span, headers: null as never }),
    },
  }

  it.each(Object.entries(cases))('and %s, delivers all the same, once', async (_case, tracing) => {
    const lines: unknown[] = []
    const logger = {
      info: () => undefined,
      warn: () => undefined,
      error: (...line: unknown[]) => lines.push(line),
    }
    const { webhooks, transport, storage, subscribe } = setUp({ tracing, logger })
    await subscribe()
    await webhooks.dispatch('order.created', { n: 1 })
    await webhooks.dispatch('order.created', { n: 2 })
    expect(await webhooks.drain()).toMatchObject({ delivered: 2 })
    expect(transport.requests).toHaveLength(2)
    expect(Object.keys(transport.requests[0]?.headers ?? {})).toHaveLength(10)
    const [event] = await storage.events.list({ after: null, limit: 1 })
    expect(event?.trace ?? null).toBe(null)
    expect(lines.length).toBeLessThanOrEqual(1)
    expect(JSON.stringify(lines)).not.toContain('planted')
  })
})
