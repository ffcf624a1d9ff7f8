import { NotFoundError } from '@swigs/webhooks-protocol'
import type { Replays, ReplayView } from '@swigs/webhooks-dispatcher'
import { fillPage } from './fill-page.js'
import { onceSeen } from './once-seen.js'
import type { Visible } from './visible.js'

/** The replays to subscriptions of some sites; one to all subscriptions is not among them. */
export const replaysWithin = (all: Replays, visible: Visible): Replays => {
  const isVisible = async ({ subscriptionId, siteId }: ReplayView) =>
    subscriptionId !== null && visible.site(siteId) && visible.isSubscriptionId(subscriptionId)
  const require = async (id: string) => {
    const replay = await all.get(id)
    if (await isVisible(replay)) return replay
    throw new NotFoundError('There is no such replay.')
  }

  return {
    get: require,
    list: (query = {}) => fillPage(query, (page) => all.list(page), isVisible),
    cancel: onceSeen(require)((id, by) => all.cancel(id, by)),
  }
}
