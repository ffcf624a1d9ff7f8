import type { AttemptResult } from '../../src/core/attempt-result.js'
import type { ReplayWhich } from '../../src/core/replay.js'
import type { RateLimit, SubscriptionState } from '../../src/core/subscription.js'

/** A request as its receiver saw it. */
export interface Arrival {
  readonly order: number
  /** Ms, on a clock that nobody sets. */
  readonly at: number
  /** Epoch ms, by the clock that the processes had. */
  readonly wall: number
  readonly process: object
  readonly deliveryId: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly status: number
  /** What is stored of its outcome. */
  outcome: AttemptResult['status'] | null
  /** Ms, as `at`: when that was stored. */
  endedAt: number | null
  /** Its process died, or lost its lease, before its outcome was stored: it may be sent again. */
  isInterrupted: boolean
}

/** A value of a subscription, from when on it held, and who set it; `null`: it is not known who, or whether they were told. */
export interface Change<T> {
  readonly order: number
  readonly at: number
  readonly by: object | null
  readonly value: T
}

/** What a subscription was, in time; the latest is last. */
export interface SubscriptionLog {
  readonly id: string
  /** `off`: switched off, or removed. */
  readonly state: Change<SubscriptionState>[]
  readonly url: Change<string>[]
  readonly limit: Change<RateLimit | false>[]
  readonly secrets: { value: string; replacedAt: number; expiresAt: number }[]
  isRemoved: boolean
}

/** What somebody asked of a delivery. */
export interface Asked extends Omit<Change<'resend' | 'cancel'>, never> {
  readonly deliveryId: string
}

/** A replay that was stored. */
export interface Replayed {
  /** From when on it may send. */
  readonly order: number
  /** Ms, on a clock that nobody sets. */
  readonly at: number
  readonly which: ReplayWhich
  /** The deliveries that it had to send when it was asked for. */
  readonly wanted: readonly string[]
}

/** The least that says what must hold: what was accepted for whom, what people changed, what receivers saw. */
export class EngineLog {
  readonly arrivals: Arrival[] = []
  readonly subscriptions: SubscriptionLog[] = []
  readonly asked: Asked[] = []
  readonly replays: Replayed[] = []
  /** Of each accepted event, the subscriptions that it must come to. */
  readonly accepted = new Map<string, Set<string>>()
  /** Events whose acceptance nobody was told of: they may arrive. */
  unanswered = 0
  /** What is stored of outcomes, by subscription. */
  readonly outcomes = new Map<string, { delivered: number; failed: number }>()
  /** When the clock was set, and when processes began. */
  readonly setForward: number[] = []
  readonly setBack: number[] = []
  readonly begun: number[] = []
  #order = 0

  next(): number {
    return ++this.#order
  }

  /** Deliveries of which a request is sent and nothing recorded yet. */
  underWay(): ReadonlySet<string> {
    return new Set(this.arrivals.filter(({ outcome }) => outcome === null).map((one) => one.deliveryId))
  }

  outcome(subscriptionId: string): { delivered: number; failed: number } {
    const known = this.outcomes.get(subscriptionId) ?? { delivered: 0, failed: 0 }
    this.outcomes.set(subscriptionId, known)
    return known
  }
}
