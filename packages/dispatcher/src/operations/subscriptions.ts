import { generateSecret, type EventCatalogue } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import type { Metrics, MetricsQuery } from '../api/metrics.js'
import type { Page, PageInput } from '../api/page.js'
import type {
  Actor,
  PauseAllInput,
  SubscriptionInput,
  Subscriptions,
  SubscriptionUpdate,
  TestInput,
  TestResult,
} from '../api/subscriptions.js'
import type { SubscriptionView } from '../api/views.js'
import { limitText, NO_STATS, type Subscription, type SubscriptionPatch } from '../core/subscription.js'
import { NO_HEALTH, withHealth } from '../core/subscription-health.js'
import type { Engine } from '../flow/engine.js'
import { pagingSchema } from '../input/fields.js'
import { parseInput } from '../input/parse-input.js'
import { invalidSubscription, parseSubscription, parseUpdate } from '../input/subscription.js'
import type { AddressGuard } from '../ports/address-guard.js'
import type { Clock } from '../ports/clock.js'
import type { Ids } from '../ports/ids.js'
import type { ObservedEvents, Observer } from '../ports/observer.js'
import type { Storage } from '../ports/storage/storage.js'
import { known } from './known.js'
import { listPage } from './list-page.js'
import { pauseAll } from './pause-all.js'
import { readMetrics } from './metrics.js'
import { parseRotation, rotated } from './rotate-secret.js'
import { offPatch, ON, patchFrom, pausePatch } from './subscription-patch.js'
import { testContent } from './test-content.js'
import { testResult } from './test-result.js'
import { subscriptionView } from './views.js'

const listing = z.strictObject(pagingSchema)

const pausing = z.strictObject({ keep: z.boolean().default(true), actor: z.string().nullish() })

/** What subscriptions are read and changed with. */
export interface SubscriptionPorts {
  readonly storage: Storage
  readonly engine: Engine
  readonly guard: AddressGuard
  readonly clock: Clock
  readonly ids: Ids
  readonly observe: Observer
  readonly catalogue: EventCatalogue | undefined
  /** `false`: nothing but the test itself is sent by `test`. */
  readonly enabled: boolean
}

export class SubscriptionOperations implements Subscriptions {
  readonly #ports: SubscriptionPorts

  constructor(ports: SubscriptionPorts) {
    this.#ports = ports
  }

  async create(input: SubscriptionInput, { actor = null }: Actor = {}): Promise<SubscriptionView> {
    const { storage, clock, ids, catalogue } = this.#ports
    const parsed = parseSubscription(input, catalogue)
    await this.#checkAddress(parsed.url)
    const now = Math.floor(clock.now())
    const { appName, url, events, appSecret = generateSecret(), isActive = true } = parsed
    const subscription: Subscription = {
      id: storage.newSubscriptionId?.() ?? ids.subscriptionId(),
      appName,
      url,
      events: [...new Set(events)],
      siteIds: parsed.filters?.siteIds ?? [],
      isActive,
      inactiveReason: isActive ? null : 'paused',
      pausedAt: null,
      description: parsed.description ?? null,
      headers: parsed.headers ?? {},
      rateLimit: parsed.rateLimit ?? null,
      secrets: [{ value: appSecret, expiresAt: null }],
      stats: NO_STATS,
      health: NO_HEALTH,
      createdAt: now,
      updatedAt: now,
    }
    await storage.subscriptions.insert(subscription)
    this.#tell(subscription.id, 'created', actor)
    return { ...subscriptionView(subscription, now), appSecret }
  }

  async get(id: string): Promise<SubscriptionView> {
    return this.#view(await this.#require(id))
  }

  async list(query: PageInput = {}): Promise<Page<SubscriptionView>> {
    return listPage({
      name: 'subscriptions',
      query: parseInput('subscriptions.list', listing, query),
      read: (rows) => this.#ports.storage.subscriptions.list(rows),
      position: ({ createdAt, id }: Subscription) => ({ at: createdAt, id }),
      view: (subscription: Subscription) => this.#view(subscription),
    })
  }

  async update(
    id: string,
    input: SubscriptionUpdate,
    { actor = null }: Actor = {},
  ): Promise<SubscriptionView> {
    const { engine, catalogue } = this.#ports
    const parsed = parseUpdate(input, catalogue)
    await this.#require(id)
    if (parsed.url !== undefined) await this.#checkAddress(parsed.url)
    const { before, after } = await this.#change(id, (before) => patchFrom(parsed, before))
    if (!after.isActive) await engine.switchedOff(id)
    const resumed = after.isActive && !before.isActive
    const lift = resumed || after.url !== before.url || limitOf(after) !== limitOf(before)
    // Whatever it was when it was read: it may have been paused, and its lane gone to sleep, since then.
    if (lift || parsed.isActive) await engine.wake(id, { lift })
    this.#tell(id, 'updated', actor)
    return this.#view(after)
  }

  async pause(id: string, options: { keep?: boolean | undefined } & Actor = {}): Promise<SubscriptionView> {
    const { keep, actor } = parseInput('subscriptions.pause', pausing, options)
    await this.#require(id)
    const now = { at: Math.floor(this.#ports.clock.now()), by: actor ?? null }
    const { after } = await this.#change(id, (before) => (keep ? pausePatch(before, now) : offPatch(before)))
    if (!after.isActive) await this.#ports.engine.switchedOff(after.id)
    this.#tell(id, keep ? 'paused' : 'switched_off', actor ?? null)
    return this.#view(after)
  }

  async pauseAll(input: PauseAllInput): Promise<{ count: number }> {
    return pauseAll(this.#ports.storage.subscriptions, input, (id, how) => this.pause(id, how))
  }

  async resume(id: string, { actor = null }: Actor = {}): Promise<SubscriptionView> {
    const { after } = await this.#change(id, () => ON)
    await this.#ports.engine.wake(after.id, { lift: true })
    this.#tell(id, 'resumed', actor)
    return this.#view(after)
  }

  async remove(id: string, { actor = null }: Actor = {}): Promise<void> {
    await this.#require(id)
    await this.#ports.storage.subscriptions.remove(id)
    await this.#ports.engine.removed(id)
    this.#tell(id, 'removed', actor)
  }

  async rotateSecret(
    id: string,
    options: { overlapMs?: number | undefined } & Actor = {},
  ): Promise<SubscriptionView> {
    const { overlapMs, actor } = parseRotation(options)
    const now = this.#ports.clock.now()
    const appSecret = generateSecret()
    const { after } = await this.#change(id, ({ secrets }) => ({
      secrets: rotated(secrets, appSecret, now, overlapMs),
    }))
    this.#tell(id, 'secret_rotated', actor ?? null)
    return { ...this.#view(after), appSecret }
  }

  async release(id: string, { actor = null }: Actor = {}): Promise<void> {
    await this.#require(id)
    await this.#ports.engine.wake(id, { lift: true })
    this.#tell(id, 'released', actor)
  }

  async test(id: string, input: TestInput = {}): Promise<TestResult> {
    const { engine, catalogue, enabled } = this.#ports
    const content = testContent(catalogue, input)
    const subscription = await this.#require(id)
    this.#tell(id, 'tested', input.actor ?? null)
    return testResult(subscription, await engine.sendTest(id, content, enabled))
  }

  async metrics(id: string, query?: MetricsQuery): Promise<Metrics> {
    const subscription = await this.#require(id)
    return readMetrics(this.#ports, 'subscriptions.metrics', subscription.id, query)
  }

  /** Two changes of the secrets, or of the state, at once: the second is made on what the first has left, so that neither is lost. */
  async #change(
    id: string,
    patchOf: (before: Subscription) => SubscriptionPatch,
  ): Promise<{ before: Subscription; after: Subscription }> {
    const { storage, engine, clock } = this.#ports
    for (;;) {
      const before = await this.#require(id)
      const now = Math.floor(clock.now())
      const patch = withHealth(before, patchOf(before), now)
      const expected = {
        ...(patch.secrets && { secret: before.secrets[0]?.value }),
        ...(patch.health && { health: before.health.revision }),
      }
      const after = await storage.subscriptions.update({ id: before.id, patch, now, expected })
      if (!after) continue
      engine.changed(before.id, after)
      return { before, after }
    }
  }

  async #checkAddress(url: string): Promise<void> {
    const { guard } = this.#ports
    const form = guard.inspect(url)
    if (form.kind === 'refused') throw invalidSubscription([{ path: 'url', message: form.reason }])
    // A name that has no address just now is judged again at every delivery.
    const verdict = await guard.resolve(new URL(url).hostname)
    if (verdict.kind === 'refused') throw invalidSubscription([{ path: 'url', message: verdict.reason }])
  }

  async #require(id: string): Promise<Subscription> {
    return known('subscription', id, (await this.#ports.storage.subscriptions.get([String(id)]))[0])
  }

  #view(subscription: Subscription): SubscriptionView {
    return subscriptionView(subscription, this.#ports.clock.now())
  }

  #tell(
    subscriptionId: string,
    change: ObservedEvents['subscription.changed']['change'],
    actor: string | null,
  ): void {
    this.#ports.observe({ name: 'subscription.changed', subscriptionId, change, actor })
  }
}

const limitOf = ({ rateLimit }: Subscription) => (rateLimit === null ? null : limitText(rateLimit))
