import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { Receiver } from './receiver.js'

/** @throws InvalidOptionsError unless it is what `createReceiver` gave: told at start-up, not at the first request. */
export const requireReceiver = (mount: string, given: Receiver | undefined): Receiver => {
  if (typeof given?.handle === 'function' && given.verification) return given
  throw new InvalidOptionsError(`${mount}: receiver: Expected what createReceiver gave you.`)
}
