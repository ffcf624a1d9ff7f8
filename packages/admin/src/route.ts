import type { EventCatalogue } from '@swigs/webhooks-protocol'
import type { Dispatcher, Dispatched, SubscriptionView } from '@swigs/webhooks-dispatcher'
import type { z } from 'zod'

/** What the admin API manages: any dispatcher, whatever its catalogue. */
export type ManagedDispatcher = Pick<
  Dispatcher,
  'subscriptions' | 'deliveries' | 'replays' | 'events' | 'stats' | 'metrics' | 'meter'
> & {
  readonly catalogue: EventCatalogue | undefined
  dispatch(type: string, data: unknown, options: { siteId: string | null }): Promise<Dispatched>
}

/** The methods that routes have; a HEAD is answered as its GET. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The names in a path: `'/deliveries/:deliveryId'` has `deliveryId`. */
export type PathParams<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Record<Name, string> & PathParams<Rest>
  : P extends `${string}:${infer Name}`
    ? Record<Name, string>
    : unknown

/** What becomes `T` as JSON: instants may still be dates. */
export type Sendable<T> = T extends string
  ? string extends T
    ? T | Date
    : T
  : T extends readonly (infer U)[]
    ? readonly Sendable<U>[]
    : T extends object
      ? { readonly [K in keyof T]: Sendable<T[K]> }
      : T

/** A request that fits its route. */
export interface Call<P extends string, Q, B> {
  readonly params: PathParams<P>
  readonly query: Q
  readonly body: B
  /** Who asks, for the observer. */
  readonly actor: string | null
  readonly access: CallAccess
}

/** What whoever asks may see and do. */
export interface CallAccess {
  readonly siteIds: readonly string[] | 'all'
  /** The routes that may be used, as `POST /:id/pause`: for one subscription, or in general. */
  allowed(subscription: SubscriptionView | null): Promise<string[]>
}

/** What a handler answers with: the result, or the failure that the route declares. */
export type Outcome<R, F> =
  { readonly result: Sendable<R>; readonly nextCursor?: string | null } | { readonly failure: Sendable<F> }

/** One line of the table. */
export interface Route<
  N extends string = string,
  P extends string = string,
  Q extends z.ZodType = z.ZodType,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
  F extends z.ZodType = z.ZodType,
> {
  /** The client's method, and the `operationId`. */
  readonly name: N
  readonly method: Method
  /** Below the mount; `:name` is a parameter. */
  readonly path: P
  readonly summary: string
  readonly query: Q
  readonly body: B
  /** Status and shape of success. */
  readonly status: 200 | 201
  readonly result: R
  /** The `Content-Type` of a result that is text and not JSON. */
  readonly textType: string | null
  /** The next cursor goes out in a `Link` header, and `result` is a bare array. */
  readonly linked: boolean
  /** It tells of all sites at once: refused where somebody may see some of them alone. */
  readonly isOfAllSites: boolean
  /** Nobody is asked whether it may be used: what is answered depends on who asks already. */
  readonly isAlwaysAllowed: boolean
  /** Refused unless this option of the mount is `true`. */
  readonly optIn: 'allowSend' | null
  /** An outcome that is no error of the request, with its own status. */
  readonly failure: { readonly status: 500; readonly result: F } | null
  readonly handle: (
    dispatcher: ManagedDispatcher,
    call: Call<P, z.output<Q>, z.output<B>>,
  ) => Promise<Outcome<z.output<R>, z.output<F>>>
}
