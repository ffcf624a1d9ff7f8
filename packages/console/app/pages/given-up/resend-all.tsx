import { api } from '../../api/client.js'
import type { ReplayInput } from '../../api/types.js'
import { ask, tell, tellError } from '../../state/dialogs.js'
import { may } from '../../state/me.js'
import { go, route } from '../../state/route.js'
import { deliveriesAtLeast } from '../../text/words.js'
import { ResendMatching } from '../../ui/resend-matching.js'

/** Counts what a replay would send, asks, and begins it; its page tells how far it is. */
export const beginReplay = async (input: ReplayInput): Promise<void> => {
  try {
    const counted = await api.replay(input, true)
    if (counted.count === 0 && !counted.atLeast) return tell('There is nothing to send again.')
    const what = deliveriesAtLeast(counted)
    const yes = await ask({
      title: `Send ${what} again?`,
      body: 'They go out a slice at a time, within the rate limit of each endpoint, with the same ids. It can be stopped.',
      action: `Send ${what} again`,
    })
    if (!yes) return
    const { id } = await api.replay(input, false)
    if (id !== null) go('replays', id)
  } catch (error) {
    tellError(error)
  }
}

/** Everything that was given up and fits the filters: for one reason at once, for any by a replay, whose page tells how far it is. */
export const ResendAllButton = ({ again }: { again: () => void }) => {
  const { subscriptionId, type, siteId, since, until, reason } = route.value.query
  if (reason !== undefined)
    return (
      <ResendMatching
        filter={{ status: 'failed', reason, subscriptionId, type, siteId, since, until }}
        again={again}
      />
    )
  if (!may('POST /deliveries/replay')) return null
  const input: ReplayInput = {
    which: 'failed',
    since: since ?? '1970-01-01T00:00:00.000Z',
    ...(until !== undefined && { until }),
    ...(subscriptionId !== undefined && { subscriptionId }),
    ...(type !== undefined && { type }),
    ...(siteId !== undefined && { siteId }),
  }
  return (
    <button type="button" class="primary" onClick={() => void beginReplay(input)}>
      Send all that match again …
    </button>
  )
}
