import { isWebhooksError } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import type { PauseAllInput } from '../api/subscriptions.js'
import { stateOf, type Subscription } from '../core/subscription.js'
import { invalid, parseInput } from '../input/parse-input.js'
import type { Position } from '../ports/storage/lists.js'
import type { SubscriptionStore } from '../ports/storage/subscriptions.js'

const AT_A_TIME = 200

const pausing = z.strictObject({
  ids: z.array(z.string()).max(1_000).optional(),
  appName: z.string().optional(),
  siteId: z.string().optional(),
  dryRun: z.boolean().default(false),
  keep: z.boolean().default(true),
  actor: z.string().nullish(),
})

/** Pauses, one by one, all that a filter finds and that are not so yet; answers how many. */
export const pauseAll = async (
  store: Pick<SubscriptionStore, 'get' | 'list'>,
  input: PauseAllInput,
  pause: (id: string, how: { keep: boolean; actor: string | null }) => Promise<unknown>,
): Promise<{ count: number }> => {
  const member = 'subscriptions.pauseAll'
  const { ids, appName, siteId, dryRun, keep, actor = null } = parseInput(member, pausing, input)
  if (ids === undefined && appName === undefined && siteId === undefined) {
    const message = 'Expected at least one of ids, appName and siteId'
    throw invalid(member, [{ path: 'ids', message }])
  }
  // Who is off is not paused by the way: that would begin to keep what happens.
  const isFor = (one: Subscription) =>
    (keep ? stateOf(one) === 'active' : one.isActive) &&
    (appName === undefined || one.appName === appName) &&
    (siteId === undefined || one.siteIds.includes(siteId))
  let count = 0
  for await (const rows of ids ? [await store.get(ids)] : pages(store))
    for (const { id } of rows.filter(isFor)) {
      if (dryRun) count += 1
      else count += await pause(id, { keep, actor }).then(() => 1, unlessGone)
    }
  return { count }
}

async function* pages(store: Pick<SubscriptionStore, 'list'>): AsyncGenerator<Subscription[]> {
  for (let after: Position | null = null; ;) {
    const rows: Subscription[] = await store.list({ after, limit: AT_A_TIME })
    yield rows
    const last = rows.at(-1)
    // One that is short may lack a row that cannot be read.
    if (!last) return
    after = { at: last.createdAt, id: last.id }
  }
}

/** Somebody has removed it meanwhile. */
const unlessGone = (error: unknown): number => {
  if (isWebhooksError(error, 'NOT_FOUND')) return 0
  throw error
}
