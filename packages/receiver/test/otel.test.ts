import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ReceiverTracing } from '../src/index.js'
import { otelReceiverTracing } from '../src/otel.js'
import { receiverThat, signed } from './support.js'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const spanId = '00f067aa0ba902b7'
const traceparent = `00-${traceId}-${spanId}-01`

const setUp = (handle: () => unknown = () => undefined) => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  onTestFinished(() => {
    trace.disable()
    context.disable()
  })
  const spans = () => exporter.getFinishedSpans()
  return {
    spans,
    tracer: trace.getTracer('server'),
    ...receiverThat(handle, { tracing: otelReceiverTracing() }),
  }
}

const withHeaders = (headers: Record<string, string | string[]>) => {
  const request = signed()
  return { ...request, headers: { ...request.headers, ...headers } }
}

describe('a receiver that continues traces', () => {
  it('handles a verified event as a CONSUMER span below the sender’s, with the handler within it', async () => {
    let within: string | undefined
    const { receiver, spans } = setUp(() => (within = trace.getActiveSpan()?.spanContext().spanId))
    const request = withHeaders({ Traceparent: traceparent, tracestate: 'vendor=abc' })
    expect(await receiver.handle(request)).toMatchObject({ status: 200 })
    const [span] = spans()
    expect(span?.name).toBe('process customer.updated')
    expect(span?.kind).toBe(SpanKind.CONSUMER)
    expect(span?.parentSpanContext).toMatchObject({ traceId, spanId, isRemote: true })
    expect(span?.spanContext().traceState?.get('vendor')).toBe('abc')
    expect(span?.attributes).toEqual({
      'messaging.system': 'swigs_webhooks',
      'messaging.operation.name': 'process',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'customer.updated',
      'messaging.message.id': expect.stringMatching(/^evt_/),
    })
    expect(within).toBe(span?.spanContext().spanId)
  })

  it('looks at no trace of a request that does not verify', async () => {
    const { receiver, spans } = setUp()
    const request = withHeaders({ traceparent })
    const forged = { ...request, body: request.body.replace('firstName', 'lastName') }
    expect(await receiver.handle(forged)).toMatchObject({ status: 401 })
    let looked = 0
    const tracing: ReceiverTracing = {
      receive: () => {
        looked += 1
        return { run: (call) => call(), end: () => undefined }
      },
    }
    expect(await receiverThat(undefined, { tracing }).receiver.handle(forged)).toMatchObject({ status: 401 })
    expect(looked).toBe(0)
    expect(spans()).toEqual([])
  })

  it('stays below the span of a server that has continued the same trace, and links one of another', async () => {
    const { receiver, spans, tracer } = setUp()
    const parent = trace.setSpanContext(context.active(), { traceId, spanId, traceFlags: 1, isRemote: true })
    const server = tracer.startSpan('POST', {}, parent)
    await context.with(trace.setSpan(parent, server), () => receiver.handle(withHeaders({ traceparent })))
    expect(spans()[0]?.parentSpanContext?.spanId).toBe(server.spanContext().spanId)
    expect(spans()[0]?.links).toEqual([])
    const other = tracer.startSpan('POST')
    await context.with(trace.setSpan(context.active(), other), () =>
      receiver.handle(withHeaders({ traceparent })),
    )
    expect(spans()[1]?.parentSpanContext?.spanId).toBe(spanId)
    expect(spans()[1]?.links.map((link) => link.context.spanId)).toEqual([other.spanContext().spanId])
  })

  it.each([
    ['none', {}],
    ['nonsense', { traceparent: 'nonsense' }],
    ['two of them', { traceparent: [traceparent, traceparent] }],
  ])('begins a trace where it was given %s', async (_case, headers) => {
    const { receiver, spans } = setUp()
    expect(await receiver.handle(withHeaders(headers))).toMatchObject({ status: 200 })
    expect(spans()[0]?.parentSpanContext).toBe(undefined)
    expect(spans()[0]?.spanContext().traceId).not.toBe(traceId)
  })

  it('tells of a duplicate, and of a handler that failed without what it threw', async () => {
    let fails = false
    const { receiver, spans } = setUp(() => {
      if (fails) throw new Error('planted')
    })
    const request = withHeaders({ traceparent })
    await receiver.handle(request)
    await receiver.handle(request)
    fails = true
    await receiver.handle(withHeaders({ traceparent }))
    expect(spans().map(({ attributes }) => attributes['swigs_webhooks.event.duplicate'])).toEqual([
      undefined,
      true,
      undefined,
    ])
    expect(spans()[2]?.status).toEqual({ code: SpanStatusCode.ERROR })
    expect(spans()[2]?.attributes['error.type']).toBe('500')
    expect(JSON.stringify(spans().map(({ attributes, events }) => [attributes, events]))).not.toContain(
      'planted',
    )
  })
})

describe('tracing that is broken', () => {
  const boom = (): never => {
    throw new Error('planted')
  }
  it.each<[string, ReceiverTracing]>([
    ['throws at once', { receive: boom }],
    ['throws where it runs', { receive: () => ({ run: boom, end: () => undefined }) }],
    ['throws after it ran', { receive: () => ({ run: (call) => (call(), boom()), end: boom }) }],
    [
      'never runs what it is given',
      { receive: () => ({ run: () => undefined as never, end: () => undefined }) },
    ],
  ])('and %s, changes no answer, and handles once', async (_case, tracing) => {
    const { receiver, handled, lines } = receiverThat(undefined, { tracing })
    expect(await receiver.handle(signed())).toMatchObject({ status: 200, body: '{"received":true}' })
    expect(handled).toHaveLength(1)
    expect(lines.join()).not.toContain('planted')
  })

  it('is refused where it is none', () => {
    expect(() => receiverThat(undefined, { tracing: {} as never })).toThrow(/tracing: Expected tracing/)
  })
})
