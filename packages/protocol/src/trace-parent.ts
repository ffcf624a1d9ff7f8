/** A place in a trace, as `traceparent` has it. Source: W3C Trace Context, section 3.2. */
export interface TraceParent {
  /** 32 lower-case hex digits, not all of them 0. */
  readonly traceId: string
  /** 16 lower-case hex digits, not all of them 0. */
  readonly spanId: string
  /** 8 bits; the lowest one says that it is recorded. */
  readonly traceFlags: number
}

/** The value of a `traceparent` header. */
export const formatTraceparent = ({ traceId, spanId, traceFlags }: TraceParent): string =>
  `00-${traceId}-${spanId}-${(traceFlags & 0xff).toString(16).padStart(2, '0')}`

/** What a `traceparent` header says, of this version or a later one; `null` when that is nothing. */
export const parseTraceparent = (text: string): TraceParent | null => {
  const [, version, traceId = '', spanId = '', flags = '', rest = ''] = FORM.exec(text) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && rest !== '')) return null
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return null
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) }
}

const FORM = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
