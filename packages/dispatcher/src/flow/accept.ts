import { serialiseEnvelope } from '@swigs/webhooks-protocol'
import { CLOCKS_DIFFER_MS } from '../core/clocks-differ.js'
import type { StoredEvent } from '../core/event.js'
import type { Batch } from '../ports/batch.js'
import type { FlowContext } from './context.js'
import { checkLength } from './event-length.js'

/** What `dispatch` was asked to accept, validated. */
export interface Publication {
  readonly type: string
  /** Plain JSON, as its schema let it through. */
  readonly data: unknown
  readonly siteId: string | null
  readonly idempotencyKey?: string | undefined
  readonly occurredAt?: number | undefined
}

/** How long the process that appended has for its own fan-out before sweeps take the event for orphaned, ms. */
export const SWEEP_AFTER_MS = 5_000

/** Accepts events: serialise once, append. The caller waits for the append alone. */
export class Acceptor {
  readonly #context: FlowContext
  readonly #appends: Batch<StoredEvent, boolean>

  constructor(context: FlowContext) {
    const { storage, clock, ids } = context
    this.#context = context
    this.#appends = context.batch({
      maxSize: 64,
      lingerMs: 2,
      eager: true,
      inFlight: 4,
      write: (events) =>
        storage.events.append({ callId: ids.token(), events, visibleAt: clock.now() + SWEEP_AFTER_MS }),
    })
  }

  /** The event as it will be stored. Done before anything is waited for: what the caller changes later is not seen. */
  prepare(publication: Publication): StoredEvent {
    const { clock, ids, settings } = this.#context
    const { type, data, siteId, idempotencyKey } = publication
    const acceptedAt = Math.floor(clock.now())
    const occurredAt = publication.occurredAt ?? acceptedAt
    const id = idempotencyKey === undefined ? ids.eventId() : ids.idempotentEventId(type, idempotencyKey)
    const body = serialiseEnvelope({ id, event: type, timestamp: new Date(occurredAt).toISOString(), data })
    checkLength(type, body, settings.maxPayloadBytes)
    return { id, type, siteId, body, occurredAt, acceptedAt, target: null, trace: null }
  }

  /** Answers whether the event is new, once it is durable. */
  async accept(event: StoredEvent, session: unknown): Promise<boolean> {
    const stored =
      session === undefined ? await this.#appends.add(event) : await this.#appendInSession(event, session)
    const { observe, isObserved } = this.#context
    const { id: eventId, type, siteId } = event
    if (isObserved('event.accepted'))
      observe({ name: 'event.accepted', eventId, type, siteId, duplicate: !stored })
    return stored
  }

  /** Resolves when every append under way has ended. */
  async idle(): Promise<void> {
    await this.#appends.idle()
  }

  async #appendInSession(event: StoredEvent, session: unknown): Promise<boolean> {
    const { storage, clock, ids } = this.#context
    // A process that is told of the commit may be that far behind, and must not pass the event over.
    const visibleAt = clock.now() - CLOCKS_DIFFER_MS
    const [stored] = await storage.events.append({ callId: ids.token(), events: [event], visibleAt, session })
    return stored ?? false
  }
}
