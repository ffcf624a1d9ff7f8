import {
  context,
  createContextKey,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type TracerProvider,
} from '@opentelemetry/api'
import { parseUrl } from '../core/parse-url.js'
import type { AttemptSpan, DispatchSpan, TracedAttempt, Tracing } from '../ports/tracing.js'
import { hostMatcher } from './host-names.js'
import { NAMES, OWN_NAMES, SCOPE, SYSTEM } from './names.js'
import { fromStored, toStored, traceHeaders } from './stored-trace.js'

/** How events are traced. */
export interface OtelTracingOptions {
  /**
   * Who is sent `traceparent` and `tracestate`: `hooks.example.com`, or `*.example.com` for every name below it. Default: nobody.
   * A receiver that is somebody else's learns from them what happens here, and when.
   */
  readonly propagateTo?: readonly string[] | undefined
  /** Default: the one that is registered with the API, now or later. */
  readonly tracerProvider?: TracerProvider | undefined
}

/**
 * The key by which OpenTelemetry's own instrumentations know that they are to leave something alone (`suppressTracing` of
 * `@opentelemetry/core`). The API makes keys with `Symbol.for`, so that it is the same whichever copy of either is loaded.
 */
const SUPPRESSED = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/**
 * Follows events with OpenTelemetry: `dispatch TYPE`, a PRODUCER span, and `send TYPE`, a CLIENT span for each attempt. The first
 * attempt is a child of the dispatch, in whatever process it is made; retries are traces of their own, linked to it. No
 * span has a query, a path, a header or a body in it.
 * @throws InvalidOptionsError naming the entry of `propagateTo` that is not a host
 * @example
 * const webhooks = createDispatcher({ storage, tracing: otelTracing({ propagateTo: ['*.internal.example.com'] }) })
 */
export const otelTracing = ({ propagateTo = [], tracerProvider }: OtelTracingOptions = {}): Tracing => {
  const isNamed = hostMatcher(propagateTo)
  const tracer = tracerProvider ? tracerProvider.getTracer(SCOPE) : trace.getTracer(SCOPE)

  return {
    dispatch: ({ id, type, siteId }) => {
      const attributes = { ...common('dispatch', 'create', { id, type }), ...siteOf(siteId) }
      const span = tracer.startSpan(`dispatch ${type}`, { kind: SpanKind.PRODUCER, attributes })
      return dispatchSpan(span)
    },
    attempt: (attempt) => {
      const { event, origin, attempt: number } = attempt
      const from = fromStored(event.trace)
      const isFirst = number === 1
      const span = tracer.startSpan(
        `send ${event.type}`,
        {
          kind: SpanKind.CLIENT,
          attributes: attemptAttributes(attempt),
          links: from && !isFirst ? [{ context: from }] : [],
        },
        from && isFirst ? trace.setSpanContext(ROOT_CONTEXT, from) : ROOT_CONTEXT,
      )
      return attemptSpan(
        span,
        isNamed(parseUrl(origin)?.hostname ?? '') ? traceHeaders(span.spanContext()) : {},
      )
    },
  }
}

const dispatchSpan = (span: Span): DispatchSpan => ({
  trace: toStored(span.spanContext()),
  run: (call) => context.with(trace.setSpan(context.active(), span), call),
  end: ({ duplicate, error }) => {
    if (duplicate) span.setAttribute(OWN_NAMES.duplicate, true)
    if (error !== null) fail(span, error)
    span.end()
  },
})

const attemptSpan = (span: Span, headers: AttemptSpan['headers']): AttemptSpan => ({
  headers,
  // It is the request's span: what instruments the client below it would tell the same again, with the whole address.
  run: (call) => context.with(trace.setSpan(ROOT_CONTEXT, span).setValue(SUPPRESSED, true), call),
  end: ({ statusCode, errorClass }) => {
    if (statusCode !== null) span.setAttribute(NAMES.statusCode, statusCode)
    if (errorClass === 'aborted') span.setAttribute(NAMES.errorType, errorClass)
    else if (errorClass !== null) fail(span, errorClass === 'http' ? String(statusCode) : errorClass)
    span.end()
  },
})

const fail = (span: Span, type: string): void => {
  span.setAttribute(NAMES.errorType, type)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

const common = (
  operationName: string,
  operationType: 'create' | 'send',
  { id, type }: { id: string; type: string },
): Attributes => ({
  [NAMES.system]: SYSTEM,
  [NAMES.operationName]: operationName,
  [NAMES.operationType]: operationType,
  [NAMES.destination]: type,
  [NAMES.messageId]: id,
})

const siteOf = (siteId: string | null): Attributes => (siteId === null ? {} : { [OWN_NAMES.siteId]: siteId })

const attemptAttributes = ({
  event,
  deliveryId,
  subscriptionId,
  attempt,
  origin,
}: TracedAttempt): Attributes => ({
  ...common('send', 'send', event),
  ...siteOf(event.siteId),
  [NAMES.subscription]: subscriptionId,
  [OWN_NAMES.deliveryId]: deliveryId,
  [OWN_NAMES.attempt]: attempt,
  [NAMES.method]: 'POST',
  ...(attempt > 1 && { [NAMES.resendCount]: attempt - 1 }),
  ...addressOf(origin),
})

const PORTS: Readonly<Record<string, number>> = { 'https:': 443, 'http:': 80 }

/** Of a webhook's address the path is as often a secret as the query: neither is told. */
const addressOf = (origin: string): Attributes => {
  const url = parseUrl(origin)
  if (!url) return {}
  const { protocol, hostname, port } = url
  return {
    [NAMES.urlScheme]: protocol.slice(0, -1),
    [NAMES.urlFull]: `${origin}/REDACTED`,
    [NAMES.serverAddress]: hostname,
    [NAMES.serverPort]: port === '' ? (PORTS[protocol] ?? 0) : Number(port),
  }
}
