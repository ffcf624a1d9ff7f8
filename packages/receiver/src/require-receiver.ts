import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { Receiver } from './receiver.js'

/** @throws InvalidOptionsError unless it is what `createReceiver` gave: told at start-up, not at the first request. */
export const requireReceiver = (mount: string, given: Receiver | undefined): void => {
  if (typeof given?.handle === 'function') return
  throw new InvalidOptionsError(`${mount}: receiver: Expected what createReceiver gave you.`)
}
