import { PayloadTooLargeError, serialiseEnvelope } from '@swigs/webhooks-protocol'
import type { StoredEvent } from '../core/event.js'
import type { Batch, FlowContext } from './context.js'

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

/** How far behind this process another may be that is told of a commit, and must not pass its event over. */
const CLOCKS_APART_MS = 1_000

/** Accepts events: serialise once, append, hand over to fan-out. The caller waits for the append alone. */
export class Publisher {
  readonly #context: FlowContext
  readonly #appends: Batch<StoredEvent, boolean>
  readonly #onAppended: (event: StoredEvent) => void

  constructor(context: FlowContext, onAppended: (event: StoredEvent) => void) {
    this.#context = context
    this.#onAppended = onAppended
    this.#appends = context.batch({
      maxSize: 64,
      lingerMs: 2,
      eager: true,
      inFlight: 4,
      write: (events) =>
        context.storage.events.append({ events, visibleAt: context.clock.now() + SWEEP_AFTER_MS }),
    })
  }

  async publish(event: StoredEvent, session: unknown): Promise<{ id: string; duplicate: boolean }> {
    const stored =
      session === undefined ? await this.#appends.add(event) : await this.#appendInSession(event, session)
    this.#context.observe({
      name: 'event.accepted',
      eventId: event.id,
      type: event.type,
      siteId: event.siteId,
      duplicate: !stored,
    })
    // What a session holds is not there for anyone until it commits: sweeps take it from then on.
    if (stored && session === undefined) this.#onAppended(event)
    return { id: event.id, duplicate: !stored }
  }

  /** Resolves when every append under way has ended. */
  async idle(): Promise<void> {
    await this.#appends.idle()
  }

  async #appendInSession(event: StoredEvent, session: unknown): Promise<boolean> {
    const visibleAt = this.#context.clock.now() - CLOCKS_APART_MS
    const [stored] = await this.#context.storage.events.append({ events: [event], visibleAt, session })
    return stored ?? false
  }

  /** The event as it will be stored. Done before anything is waited for: what the caller changes later is not seen. */
  prepare(publication: Publication): StoredEvent {
    const { clock, ids, settings } = this.#context
    const { type, data, siteId, idempotencyKey } = publication
    const acceptedAt = Math.floor(clock.now())
    const occurredAt = publication.occurredAt ?? acceptedAt
    const id = idempotencyKey === undefined ? ids.eventId() : ids.idempotentEventId(type, idempotencyKey)
    const body = serialiseEnvelope({ id, event: type, timestamp: new Date(occurredAt).toISOString(), data })
    const bytes = Buffer.byteLength(body)
    if (bytes > settings.maxPayloadBytes)
      throw new PayloadTooLargeError(
        `The ${type} event is ${bytes} bytes long, more than maxPayloadBytes (${settings.maxPayloadBytes}). ` +
          'Send ids and let the receiver fetch the rest, or raise the option.',
      )
    return { id, type, siteId, body, occurredAt, acceptedAt, target: null }
  }
}
