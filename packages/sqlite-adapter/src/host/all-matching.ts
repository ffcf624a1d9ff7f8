import type { Subscription } from '@swigs/webhooks-dispatcher/storage-kit'
import type { VerbAnswer } from '../stores/verbs.js'
import type { Client } from './client.js'

/** Subscriptions that are read in one turn of the app's loop. */
const AT_ONCE = 500

/** All that match, however many, a page a turn. */
export const allMatching = async (client: Client, patterns: readonly string[]): Promise<Subscription[]> => {
  const all: Subscription[] = []
  for (let after: number | null = -1; after !== null;) {
    const page: VerbAnswer<'subscriptions.matching'> = await client.call('subscriptions.matching', {
      patterns,
      after,
      limit: AT_ONCE,
    })
    for (const subscription of page.subscriptions) all.push(subscription)
    after = page.next
  }
  return all
}
