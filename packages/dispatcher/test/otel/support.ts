import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import { onTestFinished } from 'vitest'
import {
  createDispatcher,
  memoryStorage,
  type DispatcherOptions,
  type ObservedEvent,
} from '../../src/index.js'

/** What an app does that runs OpenTelemetry: a provider, a context manager unless told, and undici instrumented. */
export const runOpenTelemetry = ({ contexts = true }: { contexts?: boolean } = {}) => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  trace.setGlobalTracerProvider(provider)
  if (contexts) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()]
  propagation.setGlobalPropagator(new CompositePropagator({ propagators }))
  const instrumentation = new UndiciInstrumentation()
  instrumentation.setTracerProvider(provider)
  instrumentation.enable()
  onTestFinished(async () => {
    instrumentation.disable()
    await provider.shutdown()
    trace.disable()
    context.disable()
    propagation.disable()
  })
  return { tracer: trace.getTracer('test'), spans: (): ReadableSpan[] => exporter.getFinishedSpans() }
}

/** A request as a receiver got it. */
export interface Got {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A receiver on loopback that remembers what it got, and answers as told. */
export const receiver = async (answer: (index: number) => number = () => 200) => {
  const got: Got[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      got.push({ url: request.url ?? '', headers: request.headers, body })
      response.statusCode = answer(got.length - 1)
      response.end('ok')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(
    () => new Promise<void>((resolve) => (server.closeAllConnections(), server.close(() => resolve()))),
  )
  const { port } = server.address() as AddressInfo
  return { got, port, origin: `http://127.0.0.1:${port}` }
}

/** A dispatcher that may go to loopback, by any name. */
export const dispatcherTo = (options: Partial<DispatcherOptions> = {}) => {
  const observed: ObservedEvent[] = []
  const webhooks = createDispatcher({
    storage: memoryStorage(),
    network: {
      allowHttp: true,
      allow: ['127.0.0.0/8'],
      resolve: async () => [{ address: '127.0.0.1', family: 4 }],
    },
    retry: { delaysMs: [0, 0, 0], jitter: 0 },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
    observer: (event) => observed.push(event),
    ...options,
  })
  onTestFinished(() => webhooks.stop())
  return { webhooks, observed }
}
