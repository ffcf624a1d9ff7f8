import { ConflictError } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import type { Page, PageInput } from '../api/page.js'
import type { ReplayBegun, ReplayInput, Replays, ReplayView } from '../api/replays.js'
import type { Actor } from '../api/subscriptions.js'
import type { Replay, ReplayScope } from '../core/replay.js'
import type { Subscription } from '../core/subscription.js'
import { instantSchema, pagingSchema } from '../input/fields.js'
import { parseInput } from '../input/parse-input.js'
import type { Ids } from '../ports/ids.js'
import type { DeliveryPorts } from './deliveries.js'
import { known } from './known.js'
import { listPage } from './list-page.js'

const listing = z.strictObject(pagingSchema)

const replaying = z.strictObject({
  subscriptionId: z.string().optional(),
  type: z.string().optional(),
  siteId: z.string().optional(),
  since: instantSchema,
  until: instantSchema.optional(),
  which: z.enum(['failed', 'missing', 'all']),
  dryRun: z.boolean().default(false),
  actor: z.string().nullish(),
})

/** Counts what a replay would send, and begins it unless that was all that was asked for. */
export const replay = async (ports: DeliveryPorts, input: ReplayInput): Promise<ReplayBegun> => {
  const { storage, engine, clock, observe } = ports
  const { dryRun, actor = null, ...asked } = parseInput('deliveries.replay', replaying, input)
  const { subscriptionId = null, type = null, siteId = null, since, until = Infinity, which } = asked
  if (subscriptionId !== null)
    requireOn(subscriptionId, (await storage.subscriptions.get([subscriptionId]))[0])
  const createdAt = clock.now()
  const scope: ReplayScope = {
    ...{ which, subscriptionId, type, siteId, since, createdAt },
    // What happens from now on is not sent again.
    until: Math.min(until, createdAt + 1),
    bySettled: false,
  }
  const replays = engine.replaysOn(storage)
  const counted = await replays.count(scope)
  if (dryRun) return { id: null, ...counted }
  const { id } = await replays.begin(scope, counted)
  observe({ name: 'replay.changed', replayId: id, change: 'begun', sent: 0, actor })
  engine.replay()
  return { id, ...counted }
}

/** @throws NotFoundError; ConflictError when it is off: what is sent again would be given up at once */
export const requireOn = (id: string, found: Subscription | undefined): void => {
  const { isActive } = known('subscription', id, found)
  if (!isActive)
    throw new ConflictError(
      `Subscription ${id} is off and keeps nothing. Resume it, or pause it with keep, first.`,
    )
}

/** What replays are read and changed with. */
export type ReplayPorts = Pick<DeliveryPorts, 'storage' | 'clock' | 'observe'> & { readonly ids: Ids }

export class ReplayOperations implements Replays {
  readonly #ports: ReplayPorts

  constructor(ports: ReplayPorts) {
    this.#ports = ports
  }

  async get(id: string): Promise<ReplayView> {
    return replayView(await this.#require(id))
  }

  async list(query: PageInput = {}): Promise<Page<ReplayView>> {
    return listPage({
      name: 'replays',
      query: parseInput('replays.list', listing, query),
      read: (rows) => this.#ports.storage.replays.list(rows),
      position: ({ createdAt, id }: Replay) => ({ at: createdAt, id }),
      view: replayView,
    })
  }

  async cancel(id: string, { actor = null }: Actor = {}): Promise<ReplayView> {
    const { storage, clock, ids, observe } = this.#ports
    for (;;) {
      const before = await this.#require(id)
      const { state, revision, sent } = before
      if (state !== 'running')
        throw new ConflictError(`Replay ${before.id} is ${state}; only a running one can be cancelled.`)
      const finishedAt = clock.now()
      const ended = { state: 'cancelled', finishedAt, leaseUntil: 0, revision: ids.token() } as const
      const after: Replay = { ...before, ...ended }
      if (!(await storage.replays.put({ replay: after, expected: revision }))) continue
      observe({ name: 'replay.changed', replayId: after.id, change: 'cancelled', sent, actor })
      return replayView(after)
    }
  }

  async #require(id: string): Promise<Replay> {
    return known('replay', id, await this.#ports.storage.replays.get(String(id)))
  }
}

const replayView = ({
  revision: _revision,
  bySettled: _bySettled,
  cursor: _cursor,
  leaseUntil: _leaseUntil,
  ...replay
}: Replay): ReplayView => ({
  ...replay,
  since: new Date(replay.since),
  until: new Date(replay.until),
  createdAt: new Date(replay.createdAt),
  finishedAt: replay.finishedAt === null ? null : new Date(replay.finishedAt),
})
