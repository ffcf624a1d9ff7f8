import { generateSecret, NotFoundError, type EventCatalogue } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import { NO_STATS, type Subscription, type SubscriptionPatch } from '../core/subscription.js'
import type { FlowContext } from '../flow/context.js'
import type { LanePool } from '../flow/lane-pool.js'
import { page, type Page } from './cursor.js'
import { pagingSchema, parseInput } from './input.js'
import type { TestResult, TestSender } from './send-test.js'
import {
  invalidSubscription,
  parseSubscription,
  parseUpdate,
  type ParsedUpdate,
  type SubscriptionInput,
  type SubscriptionUpdate,
} from './subscription-input.js'
import { subscriptionView, type SubscriptionView } from './views.js'

/** Who did it, for the observer. */
export interface Actor {
  readonly actor?: string | null | undefined
}

/** Earlier secrets that may sign beside the primary. */
export const MAX_PREVIOUS_SECRETS = 4

const DAY_MS = 86_400_000

const rotation = z.strictObject({
  overlapMs: z
    .number()
    .min(0)
    .max(7 * DAY_MS)
    .default(DAY_MS),
  actor: z.string().nullish(),
})

const listing = z.strictObject(pagingSchema)

/** `webhooks.subscriptions`: who wants to know, where, with which secret. */
export class Subscriptions {
  readonly #context: FlowContext
  readonly #catalogue: EventCatalogue | undefined
  readonly #pool: LanePool
  readonly #tests: TestSender

  constructor(input: {
    context: FlowContext
    catalogue: EventCatalogue | undefined
    pool: LanePool
    tests: TestSender
  }) {
    this.#context = input.context
    this.#catalogue = input.catalogue
    this.#pool = input.pool
    this.#tests = input.tests
  }

  /**
   * Registers a subscription; the only answer beside `rotateSecret` with its secret in full.
   * @throws InvalidSubscriptionError naming each field, its address included.
   */
  async create(input: SubscriptionInput, { actor = null }: Actor = {}): Promise<SubscriptionView> {
    const parsed = parseSubscription(input, this.#catalogue)
    await this.#checkAddress(parsed.url)
    const now = Math.floor(this.#context.clock.now())
    const { appName, url, events, appSecret = generateSecret(), isActive = true } = parsed
    const stored = await this.#context.storage.subscriptions.insert({
      appName,
      url,
      events: [...new Set(events)],
      siteIds: parsed.filters?.siteIds ?? [],
      isActive,
      inactiveReason: isActive ? null : 'paused',
      description: parsed.description ?? null,
      headers: parsed.headers ?? {},
      rateLimit: parsed.rateLimit ?? null,
      secrets: [{ value: appSecret, expiresAt: null }],
      stats: NO_STATS,
      createdAt: now,
      updatedAt: now,
    })
    this.#changed(stored.id, 'created', actor)
    return { ...subscriptionView(stored, now), appSecret }
  }

  /** @throws NotFoundError */
  async get(id: string): Promise<SubscriptionView> {
    return this.#view(await this.#require(id))
  }

  /** Newest first; `limit` 1 to 200, default 50. */
  async list(
    query: { limit?: number | undefined; cursor?: string | null | undefined } = {},
  ): Promise<Page<SubscriptionView>> {
    return page({
      name: 'subscriptions',
      query: parseInput('subscriptions.list', listing, query),
      read: (rows) => this.#context.storage.subscriptions.list(rows),
      position: ({ createdAt, id }) => ({ at: createdAt, id }),
      view: (subscription: Subscription) => this.#view(subscription),
    })
  }

  /**
   * Replaces the given fields. A new `appSecret` replaces the primary at once, without overlap; `isActive: true` lets
   * waiting deliveries go on.
   * @throws InvalidSubscriptionError, NotFoundError
   */
  async update(
    id: string,
    input: SubscriptionUpdate,
    { actor = null }: Actor = {},
  ): Promise<SubscriptionView> {
    const parsed = parseUpdate(input, this.#catalogue)
    const before = await this.#require(id)
    if (parsed.url !== undefined) await this.#checkAddress(parsed.url)
    const updated = await this.#write(id, patchFrom(parsed, before))
    // Whatever it was when it was read: it may have been paused, and its lane gone to sleep, since then.
    if (parsed.isActive) await this.#wake(id)
    this.#changed(id, 'updated', actor)
    return this.#view(updated)
  }

  /** Removes it; its pending deliveries become `cancelled`. @throws NotFoundError */
  async remove(id: string, { actor = null }: Actor = {}): Promise<void> {
    const { storage, clock } = this.#context
    if (!(await storage.subscriptions.remove(id))) throw notFound(id)
    this.#pool.update(id, null)
    const limit = 1_000
    while (
      (await storage.deliveries.cancelPending({ subscriptionId: id, now: clock.now(), limit })) === limit
    );
    // Its lane stays until an owner finds the subscription gone: a fan-out may be about to add to it.
    await this.#wake(id)
    this.#changed(id, 'removed', actor)
  }

  /**
   * Makes a new primary secret. The old one signs beside it for `overlapMs` (0 to 7 days, default 24 h).
   * @throws NotFoundError, InvalidOptionsError
   */
  async rotateSecret(
    id: string,
    options: { overlapMs?: number | undefined } & Actor = {},
  ): Promise<SubscriptionView> {
    const { overlapMs, actor } = parseInput('subscriptions.rotateSecret', rotation, options)
    const before = await this.#require(id)
    const now = this.#context.clock.now()
    const until = Math.floor(now + overlapMs)
    const earlier = before.secrets
      .map(({ value, expiresAt }) => ({ value, expiresAt: expiresAt ?? until }))
      .filter(({ expiresAt }) => expiresAt > now)
      .slice(0, MAX_PREVIOUS_SECRETS)
    const appSecret = generateSecret()
    const updated = await this.#write(id, { secrets: [{ value: appSecret, expiresAt: null }, ...earlier] })
    this.#changed(id, 'secret_rotated', actor ?? null)
    return { ...this.#view(updated), appSecret }
  }

  /**
   * Sends a `test` event now, once, through the very path of every delivery, also to a paused subscription.
   * @throws NotFoundError
   */
  async test(id: string, { actor = null }: Actor = {}): Promise<TestResult> {
    const subscription = await this.#require(id)
    this.#changed(id, 'tested', actor)
    return this.#tests.send(subscription)
  }

  async #checkAddress(url: string): Promise<void> {
    const { guard } = this.#context
    const form = guard.inspect(url)
    if (form.kind === 'refused') throw invalidSubscription([{ path: 'url', message: form.reason }])
    // A name that has no address just now is judged again at every delivery.
    const verdict = await guard.resolve(new URL(url).hostname)
    if (verdict.kind === 'refused') throw invalidSubscription([{ path: 'url', message: verdict.reason }])
  }

  async #write(id: string, patch: SubscriptionPatch): Promise<Subscription> {
    const { storage, clock } = this.#context
    const updated = await storage.subscriptions.update({ id, patch, now: Math.floor(clock.now()) })
    if (!updated) throw notFound(id)
    this.#pool.update(id, updated)
    return updated
  }

  async #wake(id: string): Promise<void> {
    const woken = this.#pool.waking(new Set([id]))
    await this.#context.storage.lanes.wake({ subscriptionId: id, now: this.#context.clock.now() })
    woken()
  }

  async #require(id: string): Promise<Subscription> {
    const [found] = await this.#context.storage.subscriptions.get([String(id)])
    if (!found) throw notFound(id)
    return found
  }

  #view(subscription: Subscription): SubscriptionView {
    return subscriptionView(subscription, this.#context.clock.now())
  }

  #changed(
    subscriptionId: string,
    change: 'created' | 'updated' | 'removed' | 'secret_rotated' | 'tested',
    actor: string | null,
  ): void {
    this.#context.observe({ name: 'subscription.changed', subscriptionId, change, actor })
  }
}

const notFound = (id: string) =>
  new NotFoundError(`No subscription has the id ${JSON.stringify(String(id).slice(0, 64))}.`)

const patchFrom = (parsed: ParsedUpdate, before: Subscription): SubscriptionPatch => {
  const { appSecret, filters, isActive, events, description, ...rest } = parsed
  return {
    ...rest,
    ...(events && { events: [...new Set(events)] }),
    ...(filters && { siteIds: filters.siteIds ?? [] }),
    ...(description !== undefined && { description }),
    ...(isActive !== undefined && {
      isActive,
      inactiveReason: isActive ? null : (before.inactiveReason ?? 'paused'),
    }),
    ...(appSecret !== undefined && {
      secrets: [{ value: appSecret, expiresAt: null }, ...before.secrets.slice(1)],
    }),
  }
}
