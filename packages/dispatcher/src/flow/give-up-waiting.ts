import { TEST_DUE_AT } from '../core/delivery.js'
import type { Subscription } from '../core/subscription.js'
import type { FlowContext } from './context.js'

const AT_A_TIME = 500

type Given = Pick<FlowContext, 'storage' | 'clock' | 'observe'>

/** What is given up, and as what. */
interface Rule {
  readonly reason: 'subscription_off' | 'expired'
  readonly status: 'cancelled' | 'failed'
  readonly applies: (subscription: Subscription) => boolean
  /** Epoch ms. */
  readonly dueBefore: number
  /** These are left alone. */
  readonly except: ReadonlySet<string>
}

const NONE: ReadonlySet<string> = new Set()

/** Cancels what is pending for a subscription that is off, tests aside, some at a time. `sent`: what is in flight ends as it ends. */
export const keepNothing = (context: Given, subscriptionId: string, sent = NONE): Promise<void> =>
  giveUp(context, subscriptionId, {
    reason: 'subscription_off',
    status: 'cancelled',
    applies: ({ isActive }) => !isActive,
    dueBefore: Infinity,
    except: sent,
  })

/** Fails what was due before `before` for a subscription that has been paused since before that, some at a time. */
export const expireWaiting = (context: Given, subscriptionId: string, before: number): Promise<void> =>
  giveUp(context, subscriptionId, {
    reason: 'expired',
    status: 'failed',
    applies: ({ isActive, pausedAt }) => isActive && pausedAt !== null && pausedAt < before,
    dueBefore: before,
    except: NONE,
  })

/**
 * The subscription is asked for after what is pending was read: what was there while the rule applied is given up, and
 * nothing that came after somebody had resumed it. One that cannot be read is left alone.
 */
const giveUp = async (
  { storage, clock, observe }: Given,
  subscriptionId: string,
  { reason, status, applies, dueBefore, except }: Rule,
): Promise<void> => {
  for (;;) {
    const pending = await storage.lanes.upcoming({ subscriptionId, limit: AT_A_TIME })
    const ids = pending
      .filter(({ id, dueAt }) => dueAt !== TEST_DUE_AT && dueAt < dueBefore && !except.has(id))
      .map(({ id }) => id)
    if (ids.length === 0) return
    const [subscription] = await storage.subscriptions.get([subscriptionId])
    if (!subscription || !applies(subscription)) return
    await storage.deliveries.cancel({ ids, reason, status, now: clock.now() })
    observe({ name: 'deliveries.given_up', subscriptionId, count: ids.length, reason })
    if (pending.length < AT_A_TIME) return
  }
}
