import type { Envelope, EventCatalogue, EventData, EventType, Issue } from '@swigs/webhooks-protocol'

/** An event of one type, its data as its schema lets it through. */
export type ReceivedEvent<C extends EventCatalogue, T extends EventType<C> = EventType<C>> = {
  [K in T]: Envelope<EventData<C, K>, K>
}[T]

/** What a handler is told beside the event. */
export interface HandlerContext {
  /** Aborted when the claim ends (`claimMs`): from then on, the sender's next try may be handled beside this one. */
  readonly signal: AbortSignal
}

/**
 * Handles an event, and is waited for until its claim ends. What it throws is answered with a 500, so that the sender tries
 * again.
 */
export type Handler<E> = (event: E, context: HandlerContext) => unknown

/** Handlers by type: of the catalogue's types, or of any type where there is no catalogue. */
export type Handlers<C extends EventCatalogue> =
  string extends EventType<C>
    ? Readonly<Record<string, Handler<Envelope> | undefined>>
    : { readonly [T in EventType<C>]?: Handler<ReceivedEvent<C, T>> | undefined }

/** The handlers of a receiver, whatever their types. */
export interface AnyHandlers {
  readonly on: Readonly<Record<string, Handler<Envelope> | undefined>>
  readonly onAny: Handler<Envelope> | undefined
  readonly onUnhandled: Handler<Envelope> | undefined
}

/** Calls whoever handles an event, one after the other. Rejects with what they throw. */
export const runHandlers =
  ({ on, onAny, onUnhandled }: AnyHandlers) =>
  async (event: Envelope, signal: AbortSignal): Promise<void> => {
    const handler = Object.hasOwn(on, event.event) ? on[event.event] : undefined
    const context = { signal }
    if (!handler && !onAny) await onUnhandled?.(event, context)
    await handler?.(event, context)
    await onAny?.(event, context)
  }

/** What is wrong with the handlers by type: one for a type that the catalogue does not have would never be called. */
export const issuesOfHandlers = (handlers: object, events: EventCatalogue | undefined): Issue[] =>
  Object.entries(handlers).flatMap(([type, handler]) => {
    const path = `on.${type}`
    if (events && !Object.hasOwn(events, type))
      return [{ path, message: `Not a type of the catalogue. Known: ${Object.keys(events).join(', ')}` }]
    return handler === undefined || typeof handler === 'function'
      ? []
      : [{ path, message: 'Expected a function' }]
  })
