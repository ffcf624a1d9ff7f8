import { createTraceState, isSpanContextValid, type SpanContext } from '@opentelemetry/api'
import { formatTraceparent, parseTraceparent } from '@swigs/webhooks-protocol'

/** The headers that hand a trace on. Source: W3C Trace Context. */
export const traceHeaders = (context: SpanContext): Readonly<Record<string, string>> => {
  if (!isSpanContextValid(context)) return {}
  const tracestate = context.traceState?.serialize()
  return { traceparent: formatTraceparent(context), ...(tracestate && { tracestate }) }
}

/** As it is kept beside an event: `traceparent`, and `tracestate` after a space; `null` where nothing is traced. */
export const toStored = (context: SpanContext): string | null => {
  const { traceparent, tracestate } = traceHeaders(context)
  if (traceparent === undefined) return null
  // Beyond what every participant must hand on (W3C Trace Context, section 3.3.1.5), it may be left out.
  return tracestate && tracestate.length <= 512 ? `${traceparent} ${tracestate}` : traceparent
}

/** What was kept; `null` for what is none. */
export const fromStored = (trace: string | null | undefined): SpanContext | null => {
  if (!trace) return null
  const [traceparent = '', tracestate] = trace.split(/ (.*)/s)
  const parent = parseTraceparent(traceparent)
  if (!parent) return null
  return { ...parent, isRemote: true, ...(tracestate && { traceState: createTraceState(tracestate) }) }
}
