import { InvalidOptionsError } from '@swigs/webhooks-protocol'

/** What stands before every route; `'none'` says aloud that anyone may manage webhooks. */
export type Guards<G> = readonly G[] | 'none'

/** @throws InvalidOptionsError unless there is a guard, or `'none'`. */
export const requireGuards = <G>(mount: string, option: string, guards: unknown): readonly G[] => {
  if (guards === 'none') return []
  const list = (Array.isArray(guards) ? guards.flat(Infinity) : [guards]) as unknown[]
  if (list.length > 0 && list.every((guard) => typeof guard === 'function')) return list as G[]
  throw new InvalidOptionsError(
    `${mount}: ${option}: Expected what decides who may manage webhooks, for example [protect, authorize('admin')]. ` +
      "To let anyone in, say so: 'none'.",
  )
}
