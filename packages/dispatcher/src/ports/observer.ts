import type { AttemptErrorClass } from '../core/attempt.js'
import type { DeliveryReason } from '../core/delivery.js'
import type { HoldReason } from '../core/lane.js'
import type { MalformedRow } from './storage/report.js'
import type { InactiveReason } from '../core/subscription.js'

/** What can be observed; ids, counts and classes only, never a body or a secret. Instants are epoch ms. */
export interface ObservedEvents {
  /** It is durable, or, in a session, will be when that commits: a roll-back takes it away again. */
  'event.accepted': { eventId: string; type: string; siteId: string | null; duplicate: boolean }
  /** Its deliveries exist; 0 when nobody subscribes to it. */
  'event.fanned_out': { eventId: string; deliveries: number }
  /** A request is about to be made. One that the process itself ends, to stop or because it lost its lane, is not finished. */
  'attempt.started': {
    deliveryId: string
    eventId: string
    eventType: string
    subscriptionId: string
    attempt: number
    /** Where it goes: a name or an address, and its port where that is not the scheme's own. */
    host: string
  }
  /** A request was answered, or was not: then `statusCode` is `null` and `errorClass` says why. */
  'attempt.finished': {
    deliveryId: string
    eventId: string
    eventType: string
    subscriptionId: string
    attempt: number
    /** Where it went. */
    host: string
    statusCode: number | null
    errorClass: AttemptErrorClass | null
    durationMs: number
  }
  /** A receiver answered 2xx. */
  'delivery.delivered': {
    deliveryId: string
    eventId: string
    subscriptionId: string
    attempts: number
    /** From the acceptance of its event to that answer, ms; `null` for one that was sent again by somebody, and for a test. */
    lagMs: number | null
  }
  /** An attempt failed; the next one is due at `dueAt`. */
  'delivery.retrying': { deliveryId: string; eventId: string; subscriptionId: string; dueAt: number }
  /** Given up: the schedule is used up, or the answer was final. */
  'delivery.failed': {
    deliveryId: string
    eventId: string
    subscriptionId: string
    attempts: number
    reason: DeliveryReason
  }
  /** Somebody resent or cancelled it. */
  'delivery.changed': { deliveryId: string; change: 'resent' | 'cancelled'; actor: string | null }
  /** Somebody sent again, or cancelled, all that a filter found. */
  'deliveries.changed': { change: 'resent' | 'cancelled'; count: number; actor: string | null }
  /** A time is sent again: somebody began it, somebody ended it, or it is done. `sent`: deliveries so far. */
  'replay.changed': {
    replayId: string
    change: 'begun' | 'cancelled' | 'done'
    sent: number
    actor: string | null
  }
  /** What was pending is given up on the record: its subscription went off, or was paused for longer than the retention. */
  'deliveries.given_up': { subscriptionId: string; count: number; reason: 'subscription_off' | 'expired' }
  /** Somebody sent again what had failed in some time. */
  'deliveries.recovered': { subscriptionId: string; count: number; actor: string | null }
  /** Somebody changed it, ended what held it back, or pressed the test button. */
  'subscription.changed': {
    subscriptionId: string
    change:
      | 'created'
      | 'updated'
      | 'removed'
      | 'secret_rotated'
      | 'released'
      | 'tested'
      | 'paused'
      | 'resumed'
      | 'switched_off'
    actor: string | null
  }
  /** Nothing but failures came from it for `health.warnAfterMs`, since `failingSince`. Told once, by one process. */
  'subscription.failing': { subscriptionId: string; failingSince: number }
  /** It was told to be failing since then, and was delivered to. Told once, by one process. */
  'subscription.recovered': { subscriptionId: string; failingSince: number }
  /** It was switched off, as nothing but failures came from it for `health.disableAfterMs`. Told once, by one process. */
  'subscription.disabled': { subscriptionId: string; failingSince: number }
  /** It was deactivated without anybody asking: its receiver answered 410, or failed for too long. */
  'subscription.deactivated': { subscriptionId: string; reason: InactiveReason }
  /** Nothing is sent to this subscription until then. */
  'lane.held': { subscriptionId: string; until: number; reason: HoldReason }
  /** Lanes slept past their work, or a clock that was wrong had put them off: they are awake again. */
  'lanes.repaired': { lanes: number }
  /** A row in the storage cannot be read, and is passed over; told once. Never its content. */
  'row.malformed': MalformedRow
  /** Another process has taken the lane; what was in flight here may be sent twice. */
  'lease.lost': { subscriptionId: string; inFlight: number }
  /** An attempt's end came too late to count: the lane or the delivery had changed. */
  'attempt.discarded': { deliveryId: string; subscriptionId: string }
  /** A call failed and is repeated; workers wait. */
  'storage.unavailable': { operation: string; error: string }
  /** And then it succeeded. */
  'storage.recovered': { operation: string }
}

/** The names of what can be observed. */
export type ObservedEventName = keyof ObservedEvents

/** An observed event with its name. */
export type ObservedEvent = {
  [K in ObservedEventName]: { readonly name: K } & Readonly<ObservedEvents[K]>
}[ObservedEventName]

/**
 * Told what happens as it happens. What it throws is swallowed and logged.
 * @example
 * const observer: Observer = (event) => {
 *   if (event.name === 'delivery.failed') failures.inc({ reason: event.reason })
 * }
 */
export type Observer = (event: ObservedEvent) => void
