import {
  deliveryId,
  type FanOutInput,
  type NewDelivery,
  type QueuedDelivery,
} from '@swigs/webhooks-dispatcher/storage-kit'

/** Deliveries of one event that differ by their subscription alone, as they mostly are. */
export interface Alike extends Omit<NewDelivery, 'id' | 'subscriptionId'> {
  readonly subscriptionIds: readonly string[]
}

/** A fan-out on its way to the thread: what is the same is said once. */
export interface PackedFanOut extends Omit<FanOutInput, 'deliveries'> {
  readonly alike: readonly Alike[]
}

export const packFanOut = ({ deliveries, ...rest }: FanOutInput): PackedFanOut => {
  const groups = new Map<string, Alike & { subscriptionIds: string[] }>()
  for (const { eventId, dueAt, createdAt, once, subscriptionId } of deliveries) {
    const key = `${dueAt} ${createdAt} ${once} ${eventId}`
    const group = groups.get(key)
    if (group) group.subscriptionIds.push(subscriptionId)
    else groups.set(key, { eventId, dueAt, createdAt, once, subscriptionIds: [subscriptionId] })
  }
  return { ...rest, alike: [...groups.values()] }
}

/** What a lane sends next, on its way from the thread: five values each. */
export type PackedQueue = readonly (string | number)[]

export const packQueued = ({ eventId, dueAt, attemptCount, scheduleStep, once }: QueuedDelivery) =>
  [eventId, dueAt, attemptCount, scheduleStep, Number(once)] as const

export const unpackQueue = (values: PackedQueue, subscriptionId: string): QueuedDelivery[] => {
  const queue: QueuedDelivery[] = []
  for (let at = 0; at < values.length; at += 5) {
    const eventId = values[at] as string
    queue.push({
      id: deliveryId(eventId, subscriptionId),
      eventId,
      subscriptionId,
      dueAt: values[at + 1] as number,
      attemptCount: values[at + 2] as number,
      scheduleStep: values[at + 3] as number,
      once: values[at + 4] === 1,
    })
  }
  return queue
}
