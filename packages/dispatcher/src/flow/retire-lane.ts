import type { FlowContext } from './context.js'

const CANCEL_AT_A_TIME = 1_000

/** Cancels what is pending for a subscription that is gone, some at a time. */
export const cancelPending = async (
  { storage, clock }: Pick<FlowContext, 'storage' | 'clock'>,
  subscriptionId: string,
): Promise<void> => {
  for (;;) {
    const pending = await storage.lanes.upcoming({ subscriptionId, limit: CANCEL_AT_A_TIME })
    if (pending.length === 0) return
    const ids = pending.map(({ id }) => id)
    await storage.deliveries.cancel({ ids, reason: 'subscription_removed', now: clock.now() })
    if (pending.length < CANCEL_AT_A_TIME) return
  }
}

/**
 * The subscription is gone: its lane is removed, and whatever a fan-out still left for it cancelled. In this order: what comes
 * in between makes a lane again, and that is found.
 */
export const retireLane = async (
  context: Pick<FlowContext, 'storage' | 'clock'>,
  subscriptionId: string,
): Promise<void> => {
  await context.storage.lanes.remove(subscriptionId)
  await cancelPending(context, subscriptionId)
}
