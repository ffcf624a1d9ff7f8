import type { Delivery, NewDelivery } from '../../core/delivery.js'
import type { ReplayParts } from './replay-parts.js'

/**
 * Sends settled deliveries again, and makes those that are not there, all due at one instant: their lanes then send them in the
 * order of their events.
 */
export const sendAgain = async (
  { context, held }: ReplayParts,
  given: {
    readonly settled: readonly Delivery[]
    readonly made: readonly NewDelivery[]
    readonly now: number
  },
): Promise<void> => {
  const { storage } = context
  const { settled, made, now } = given
  if (settled.length + made.length === 0) return
  const lanes = new Set([...settled, ...made].map(({ subscriptionId }) => subscriptionId))
  const woken = held.waking(lanes, { certain: false })
  if (made.length > 0) await storage.events.fanOut({ now, eventIds: [], deliveries: made })
  if (settled.length > 0) await storage.deliveries.resend({ ids: settled.map(({ id }) => id), now })
  woken()
}
