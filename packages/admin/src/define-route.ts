import { z } from 'zod'
import type { Call, ManagedDispatcher, Method, Outcome, Route } from './route.js'

const nothing = z.strictObject({})
type Nothing = typeof nothing

/** A line of the table as it is written down; no `query` or `body` means that none is taken. */
interface Definition<
  N extends string,
  P extends string,
  Q extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
  F extends z.ZodType,
> {
  readonly name: N
  readonly method: Method
  readonly path: P
  readonly summary: string
  readonly query?: Q
  readonly body?: B
  readonly status?: 200 | 201
  readonly result: R
  readonly textType?: string
  readonly linked?: boolean
  readonly isOfAllSites?: boolean
  readonly isAlwaysAllowed?: boolean
  readonly optIn?: 'allowSend'
  readonly failure?: { readonly status: 500; readonly result: F }
  readonly handle: (
    dispatcher: ManagedDispatcher,
    call: Call<P, z.output<Q>, z.output<B>>,
  ) => Promise<Outcome<z.output<R>, z.output<F>>>
}

/** A route whose handler is checked against its schemas. */
export const defineRoute = <
  const N extends string,
  const P extends string,
  R extends z.ZodType,
  Q extends z.ZodType = Nothing,
  B extends z.ZodType = Nothing,
  F extends z.ZodType = z.ZodNever,
>(
  definition: Definition<N, P, Q, B, R, F>,
): Route<N, P, Q, B, R, F> => ({
  status: 200,
  linked: false,
  textType: null,
  isOfAllSites: false,
  isAlwaysAllowed: false,
  optIn: null,
  ...definition,
  query: definition.query ?? (nothing as unknown as Q),
  body: definition.body ?? (nothing as unknown as B),
  failure: definition.failure ?? null,
})
