import type { ReplayScope } from '../core/replay.js'
import type { DeliveryPorts } from './deliveries.js'

/** What failed in a time. */
export interface FailedIn {
  readonly subscriptionId: string
  readonly since: number
  readonly until?: number | undefined
  /** Of events of this site alone. */
  readonly siteId?: string | undefined
  /** Only count. */
  readonly dryRun: boolean
}

/** Sends again what failed in a time, tests aside; answers how many, once all of it is due. A process that dies over it leaves
 * the rest to workers. */
export const recover = async (
  { storage, engine, clock }: Pick<DeliveryPorts, 'storage' | 'engine' | 'clock'>,
  { subscriptionId, since, until = Infinity, siteId, dryRun }: FailedIn,
): Promise<number> => {
  const createdAt = clock.now()
  const scope: ReplayScope = {
    which: 'failed',
    subscriptionId,
    type: null,
    siteId: siteId ?? null,
    since,
    createdAt,
    bySettled: true,
    until: Math.min(until, createdAt + 1),
  }
  const replays = engine.replaysOn(storage)
  if (dryRun) return (await replays.count(scope, { all: true })).count
  const begun = await replays.begin(scope, { count: 0, atLeast: true }, { held: true })
  const { replay } = await replays.run(begun, () => false)
  return replay.sent
}
