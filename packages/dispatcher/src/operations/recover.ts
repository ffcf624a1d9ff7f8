import type { Delivery } from '../core/delivery.js'
import type { Position } from '../ports/storage/lists.js'
import type { DeliveryPorts } from './deliveries.js'

const AT_A_TIME = 500

/** What failed in a time. */
export interface FailedIn {
  readonly subscriptionId: string
  readonly since: number
  readonly until?: number | undefined
  /** Only count. */
  readonly dryRun: boolean
}

/** Sends again what failed in a time, tests aside, newest first; answers how many. */
export const recover = async (
  { storage, engine, clock }: Pick<DeliveryPorts, 'storage' | 'engine' | 'clock'>,
  { subscriptionId, since, until = Infinity, dryRun }: FailedIn,
): Promise<number> => {
  const now = clock.now()
  // Not beyond now: what is sent again and fails at once would be taken again, without end.
  const failedThen = ({ settledAt, once }: Delivery) =>
    settledAt !== null && settledAt >= since && settledAt < Math.min(until, now + 1) && !once
  let count = 0
  let after: Position | null = null
  for (;;) {
    const rows: Delivery[] = await storage.deliveries.list({
      subscriptionId,
      status: 'failed',
      after,
      limit: AT_A_TIME,
    })
    const ids = rows.filter(failedThen).map(({ id }) => id)
    count += ids.length
    if (!dryRun && ids.length > 0)
      await engine.waking([subscriptionId], { certain: false }, () => storage.deliveries.resend({ ids, now }))
    const last = rows.at(-1)
    if (!last || rows.length < AT_A_TIME) return count
    after = { at: last.createdAt, id: last.id }
  }
}
