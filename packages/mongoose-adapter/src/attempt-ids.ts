import { deliveryId } from '@swigs/webhooks-dispatcher/storage-kit'

/** A range of ids: those that begin alike. */
export interface IdRange {
  readonly $gte: string
  readonly $lt: string
}

/** The ids that begin with `text` and then a mark; `next` is the character that follows the mark. */
const beginning = (text: string, mark: string, next: string): IdRange => ({
  $gte: `${text}${mark}`,
  $lt: `${text}${next}`,
})

/** `dlv_<event>`, as the ids of the event's deliveries begin. */
const beginningOf = (eventId: string): string => deliveryId(eventId, '').slice(0, -1)

/** Where the deliveries of an event are; an id that merely begins like it may be there too. */
export const deliveriesOf = (eventId: string): IdRange => beginning(beginningOf(eventId), '_', '`')

/** Where the attempts of an event are, and nothing else: no id of an event has a slash. */
export const attemptsOf = (eventId: string): IdRange => beginning(beginningOf(eventId), '/', '0')

/** A delivery, as its attempts are named after it. */
interface Named {
  readonly id: string
  readonly subscriptionId: string
}

const stem = ({ id, subscriptionId }: Named): string =>
  endsWithLane({ id, subscriptionId }) ? `${id.slice(0, -subscriptionId.length - 1)}/${subscriptionId}` : id

/** Whether an id was made of this subscription's. */
export const endsWithLane = ({ id, subscriptionId }: Named): boolean => id.endsWith(`_${subscriptionId}`)

/**
 * `dlv_<event>/<subscription>/<call>`: the same for a call that is made again, and another for one that another owner makes of
 * the same delivery. Which calls were let through stands in the delivery.
 */
export const attemptId = (delivery: Named, call: string): string => `${stem(delivery)}/${call}`

/** Where the attempts of a delivery are. */
export const attemptsWithin = (delivery: Named): IdRange => beginning(stem(delivery), '/', '0')
