import type { AttemptErrorClass } from '../core/attempt.js'
import type { StoredEvent } from '../core/event.js'

/** Follows an event from `dispatch` to each attempt, in whatever process that is made. What it throws is swallowed and logged. */
export interface Tracing {
  /** An event is about to be stored. */
  dispatch(event: Pick<StoredEvent, 'id' | 'type' | 'siteId'>): DispatchSpan
  /** A request is about to be made. */
  attempt(attempt: TracedAttempt): AttemptSpan
}

/** The part of a trace that is one `dispatch`. */
export interface DispatchSpan {
  /** Stored beside the event, for its attempts: 1,024 characters at most; longer, or `null`, and nothing is. */
  readonly trace: string | null
  /** Calls what belongs to it. */
  run<T>(call: () => T): T
  /** It is stored, was there before (`duplicate`), or is not: then `error` is the name of what was thrown. */
  end(outcome: { readonly duplicate: boolean; readonly error: string | null }): void
}

/** A request, as far as a trace may know it: nothing of its address but the origin, of its body, of its secrets. */
export interface TracedAttempt {
  readonly event: Pick<StoredEvent, 'id' | 'type' | 'siteId' | 'trace'>
  readonly deliveryId: string
  readonly subscriptionId: string
  /** 1, 2, 3 … */
  readonly attempt: number
  /** Scheme, host, and the port where that is not the scheme's own. */
  readonly origin: string
}

/** The part of a trace that is one attempt. */
export interface AttemptSpan {
  /** Sent with the request, beside what is signed. What is no header, or one of ours, is left out; what the subscription has too stays its own. */
  readonly headers: Readonly<Record<string, string>>
  /** Calls what belongs to it. */
  run<T>(call: () => T): T
  /** What came back; `aborted`: the process itself has ended it, and it counts as never made. */
  end(outcome: {
    readonly statusCode: number | null
    readonly errorClass: AttemptErrorClass | 'aborted' | null
  }): void
}
