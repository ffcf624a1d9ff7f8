import {
  context,
  createTraceState,
  isSpanContextValid,
  SpanKind,
  SpanStatusCode,
  trace,
  type SpanContext,
  type TracerProvider,
} from '@opentelemetry/api'
import { parseTraceparent } from '@swigs/webhooks-protocol'
import type { ReceiverTracing, TracedRequest } from './tracing.js'

/** How traces are continued. */
export interface OtelReceiverTracingOptions {
  /** Default: the one that is registered with the API, now or later. */
  readonly tracerProvider?: TracerProvider | undefined
}

const SCOPE = '@swigs/webhooks-receiver'

/**
 * Continues the trace that a verified request tells of in its `traceparent`: `process TYPE`, a CONSUMER span, around dedupe and
 * handlers. Where the app's HTTP server is instrumented and has continued it already, that span is below the server's; where the
 * server's span is of another trace, it is linked. Attributes are named by OpenTelemetry's semantic conventions for
 * messaging, version 1.45.0.
 * @example
 * const receiver = createReceiver({ secret, on, tracing: otelReceiverTracing() })
 */
export const otelReceiverTracing = ({ tracerProvider }: OtelReceiverTracingOptions = {}): ReceiverTracing => {
  const tracer = tracerProvider ? tracerProvider.getTracer(SCOPE) : trace.getTracer(SCOPE)
  return {
    receive: (request) => {
      const { id, type } = request
      const given = givenBy(request)
      const active = context.active()
      const around = trace.getSpanContext(active)
      const goesOn = given !== null && around?.traceId !== given.traceId
      const parent = goesOn ? trace.setSpanContext(active, given) : active
      const span = tracer.startSpan(
        `process ${type}`,
        {
          kind: SpanKind.CONSUMER,
          attributes: {
            'messaging.system': 'swigs_webhooks',
            'messaging.operation.name': 'process',
            'messaging.operation.type': 'process',
            'messaging.destination.name': type,
            'messaging.message.id': id,
          },
          links: goesOn && around && isSpanContextValid(around) ? [{ context: around }] : [],
        },
        parent,
      )
      return {
        run: (call) => context.with(trace.setSpan(parent, span), call),
        end: ({ status, duplicate }) => {
          if (duplicate) span.setAttribute('swigs_webhooks.event.duplicate', true)
          if (status >= 500) {
            span.setAttribute('error.type', String(status))
            span.setStatus({ code: SpanStatusCode.ERROR })
          }
          span.end()
        },
      }
    },
  }
}

const givenBy = ({ header }: TracedRequest): SpanContext | null => {
  const parent = parseTraceparent(header('traceparent') ?? '')
  const tracestate = header('tracestate')
  return (
    parent && { ...parent, isRemote: true, ...(tracestate && { traceState: createTraceState(tracestate) }) }
  )
}
