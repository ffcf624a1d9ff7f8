import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { SubscriptionView } from '@swigs/webhooks-dispatcher'
import type { Method } from './route.js'

/** What somebody wants to do. */
export interface Asked {
  /** The route's `operationId`: `pauseSubscription`. */
  readonly route: string
  readonly method: Method
  /** The subscription that it concerns, secrets masked; `null` where it concerns none, several, or one that is gone. */
  readonly subscription: SubscriptionView | null
}

/** Whose webhooks somebody may see: those of these sites, or `'all'`. */
export interface Scope {
  readonly siteIds: readonly string[] | 'all'
}

/** Who may do what, beyond the guards, which decide who comes in at all. `R` is the mount's own request. */
export interface AccessOptions<R> {
  /**
   * Whether this may be done; anything but `true` is a 403. Asked before every route but `GET /me`. Default: whoever the guards let in
   * may do everything.
   * @example can: (request, { method }) => method === 'GET' || request.user.role === 'admin'
   */
  readonly can?: ((request: R, asked: Asked) => boolean | Promise<boolean>) | undefined
  /**
   * The sites whose webhooks may be seen. Lists leave the others out, what belongs to another site is a 404, and what concerns all
   * sites at once is a 403. Default: all.
   * @example scope: (request) => ({ siteIds: request.user.siteIds })
   */
  readonly scope?: ((request: R) => Scope | Promise<Scope>) | undefined
}

/** The same, of one request. */
export interface Access {
  readonly can?: ((asked: Asked) => boolean | Promise<boolean>) | undefined
  readonly scope?: (() => Scope | Promise<Scope>) | undefined
}

/** Binds a mount's options to its request. */
export const accessOf = <R>({ can, scope }: AccessOptions<R>, request: R): Access => ({
  can: can && ((asked) => can(request, asked)),
  scope: scope && (() => scope(request)),
})

/** @throws InvalidOptionsError where one is given and no function: it would have let everyone do everything. */
export const requireAccess = (options: object): void => {
  const { can, scope } = options as { can?: unknown; scope?: unknown }
  for (const [name, given] of Object.entries({ can, scope }))
    if (given !== undefined && typeof given !== 'function')
      throw new InvalidOptionsError(`${name}: Expected a function, or leave it out.`)
}

/** @throws InvalidOptionsError unless it names sites, or all of them: what is forgotten opens nothing. */
export const sitesOf = async ({ scope }: Access): Promise<readonly string[] | 'all'> => {
  if (!scope) return 'all'
  const siteIds: unknown = ((await scope()) as Partial<Scope> | undefined)?.siteIds
  if (siteIds === 'all') return 'all'
  // Apps without types pass on what they have: ObjectIds.
  if (Array.isArray(siteIds)) return siteIds.map(String)
  throw new InvalidOptionsError("scope: Expected { siteIds: ['…'] } or { siteIds: 'all' }.")
}
