import type { AttemptErrorClass } from '../core/attempt.js'
import type { DeliveryReason } from '../core/delivery.js'
import type { InactiveReason } from '../core/subscription.js'

/** What can be observed; ids, counts and classes only, never a body or a secret. */
export interface ObservedEvents {
  'event.accepted': { eventId: string; type: string; siteId: string | null; duplicate: boolean }
  'event.fanned_out': { eventId: string; deliveries: number }
  'attempt.finished': {
    deliveryId: string
    eventId: string
    subscriptionId: string
    attempt: number
    statusCode: number | null
    errorClass: AttemptErrorClass | null
    durationMs: number
  }
  'delivery.delivered': { deliveryId: string; eventId: string; subscriptionId: string; attempts: number }
  'delivery.retrying': { deliveryId: string; eventId: string; subscriptionId: string; dueAt: number }
  'delivery.failed': {
    deliveryId: string
    eventId: string
    subscriptionId: string
    attempts: number
    reason: DeliveryReason
  }
  'delivery.changed': { deliveryId: string; change: 'resent' | 'cancelled'; actor: string | null }
  'deliveries.recovered': { subscriptionId: string; count: number; actor: string | null }
  'subscription.changed': {
    subscriptionId: string
    change: 'created' | 'updated' | 'removed' | 'secret_rotated' | 'tested'
    actor: string | null
  }
  'subscription.deactivated': { subscriptionId: string; reason: InactiveReason }
  'lane.held': { subscriptionId: string; until: number; reason: 'rate_limit' | 'retry_after' | 'set_aside' }
  'lease.lost': { subscriptionId: string; inFlight: number }
  'settle.rejected': { deliveryId: string; subscriptionId: string }
  'storage.unavailable': { operation: string; error: string }
  'storage.recovered': { operation: string }
}

export type ObservedEventName = keyof ObservedEvents

/** An observed event with its name. */
export type ObservedEvent = {
  [K in ObservedEventName]: { readonly name: K } & Readonly<ObservedEvents[K]>
}[ObservedEventName]

/** Told what happens as it happens. What it throws is swallowed and logged. */
export type Observer = (event: ObservedEvent) => void
