import { NotFoundError } from '@swigs/webhooks-protocol'

/** What an id stands for. @throws NotFoundError naming the id, cut short: anything may have been given for one */
export const known = <T>(
  noun: 'subscription' | 'delivery' | 'event' | 'replay',
  id: unknown,
  found: T | null | undefined,
): T => {
  if (found !== null && found !== undefined) return found
  throw new NotFoundError(`No ${noun} has the id ${JSON.stringify(String(id).slice(0, 64))}.`)
}
