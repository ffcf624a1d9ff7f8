import { channel, type Channel } from 'node:diagnostics_channel'
import type { ObservedEventName } from '../ports/observer.js'

/** Every name there is: the compiler misses one that is left out. */
const NAMES: Readonly<Record<ObservedEventName, true>> = {
  'event.accepted': true,
  'event.fanned_out': true,
  'attempt.started': true,
  'attempt.finished': true,
  'delivery.delivered': true,
  'delivery.retrying': true,
  'delivery.failed': true,
  'delivery.changed': true,
  'deliveries.recovered': true,
  'deliveries.changed': true,
  'deliveries.given_up': true,
  'replay.changed': true,
  'subscription.changed': true,
  'subscription.deactivated': true,
  'subscription.failing': true,
  'subscription.recovered': true,
  'subscription.disabled': true,
  'lane.held': true,
  'lanes.repaired': true,
  'row.malformed': true,
  'lease.lost': true,
  'attempt.discarded': true,
  'storage.unavailable': true,
  'storage.recovered': true,
}

/**
 * What is observed, by every dispatcher of the process, on `node:diagnostics_channel`: `swigs-webhooks:<name>`, the message is the
 * observed event. What a subscriber throws is an uncaught exception, as on every such channel.
 */
export const observedChannels = Object.fromEntries(
  Object.keys(NAMES).map((name) => [name, channel(`swigs-webhooks:${name}`)]),
) as unknown as Readonly<Record<ObservedEventName, Channel>>
