import { z } from 'zod'
import { invalid, parseInput } from './parse-input.js'

/** How many arguments each member takes at most, and which of them says who did it. */
const MEMBERS: Readonly<Record<string, { most: number; actorAt?: number }>> = {
  'subscriptions.create': { most: 2, actorAt: 1 },
  'subscriptions.get': { most: 1 },
  'subscriptions.list': { most: 1 },
  'subscriptions.update': { most: 3, actorAt: 2 },
  'subscriptions.pause': { most: 2 },
  'subscriptions.pauseAll': { most: 1 },
  'subscriptions.resume': { most: 2, actorAt: 1 },
  'subscriptions.remove': { most: 2, actorAt: 1 },
  'subscriptions.rotateSecret': { most: 2 },
  'subscriptions.release': { most: 2, actorAt: 1 },
  'subscriptions.test': { most: 2 },
  'subscriptions.metrics': { most: 2 },
  'deliveries.list': { most: 1 },
  'deliveries.get': { most: 1 },
  'deliveries.resend': { most: 2, actorAt: 1 },
  'deliveries.cancel': { most: 2, actorAt: 1 },
  'deliveries.count': { most: 1 },
  'deliveries.resendAll': { most: 2 },
  'deliveries.cancelAll': { most: 2 },
  'deliveries.replay': { most: 1 },
  'deliveries.recover': { most: 2, actorAt: 1 },
  'replays.get': { most: 1 },
  'replays.list': { most: 1 },
  'replays.cancel': { most: 2, actorAt: 1 },
  'events.list': { most: 1 },
  'events.get': { most: 1 },
}

const actor = z.strictObject({ actor: z.string().nullish() }).optional()

/**
 * Refuses what a member would silently drop: an argument too many, an option that it does not know.
 * @throws InvalidOptionsError naming it
 */
export const checkArguments = (member: string, args: readonly unknown[]): void => {
  const { most, actorAt } = MEMBERS[member] ?? { most: args.length }
  const surplus = args.slice(most).findIndex((value) => value !== undefined)
  if (surplus >= 0) {
    const path = `argument ${most + surplus + 1}`
    throw invalid(member, [{ path, message: `Not known: ${member} takes ${most} at most` }])
  }
  if (actorAt !== undefined) parseInput(member, actor, args[actorAt])
}
