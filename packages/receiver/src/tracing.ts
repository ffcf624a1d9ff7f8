import type { SafeLogger } from './logger.js'

/** A request that was verified, as far as a trace may know it. */
export interface TracedRequest {
  /** The event's id. */
  readonly id: string
  /** The event's type. */
  readonly type: string
  /** A header's value; `undefined` for one that is not there, or there twice. Headers are not signed. */
  header(name: string): string | undefined
}

/** The part of a trace that is the handling of one request. */
export interface ReceiverSpan {
  /** Calls what belongs to it. */
  run<T>(call: () => T): T
  /** What is answered; `duplicate`: the event had been handled before. */
  end(outcome: { readonly status: number; readonly duplicate: boolean }): void
}

/** Continues the traces that requests tell of, once they are verified. What it throws is logged, and changes nothing. */
export interface ReceiverTracing {
  receive(request: TracedRequest): ReceiverSpan
}

/** Calls something once as a part of a trace, and answers what it did, whatever the tracing does. */
export const traced = async <T>(
  tracing: ReceiverTracing,
  request: TracedRequest,
  logger: SafeLogger,
  parts: {
    readonly call: () => Promise<T>
    readonly outcome: (answer: T) => Parameters<ReceiverSpan['end']>[0]
  },
): Promise<T> => {
  const attempted = <R>(act: () => R): R | undefined => {
    try {
      return act()
    } catch {
      logger.limited('error', 'tracing', {}, 'Tracing threw; what it throws is ignored')
      return undefined
    }
  }
  const span = attempted(() => tracing.receive(request))
  let called: Promise<T> | undefined
  const once = (): Promise<T> => (called ??= parts.call())
  if (span) attempted(() => void span.run(once))
  const answer = await once()
  if (span) attempted(() => span.end(parts.outcome(answer)))
  return answer
}
