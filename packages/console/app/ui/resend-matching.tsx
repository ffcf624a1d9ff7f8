import { api } from '../api/client.js'
import type { Query } from '../api/request.js'
import { deliveriesAtLeast } from '../text/words.js'
import { ActOnAllButton } from './act-on-all.js'

/** All deliveries that a filter finds, and what is to be done when they were changed. */
export interface MatchingProps {
  readonly filter: Query
  readonly again: () => void
}

const EACH = 'Each goes out with the same id, and a fresh retry schedule, within the rate limit.'

const bodyFor = (status: unknown): string => {
  if (status === 'failed' || status === 'cancelled') return EACH
  if (status === 'pending') return `${EACH} What waits becomes due.`
  if (status === 'delivered') return `${EACH} All of them were delivered before.`
  return `${EACH} What waits becomes due, and what was delivered goes out once more.`
}

/** Sends all that match again, on whatever page of their list they are. */
export const ResendMatching = ({ filter, again }: MatchingProps) => (
  <ActOnAllButton
    label="Send all that match again …"
    needs="POST /deliveries/resend-all"
    run={(dryRun) => api.resendAll(filter, dryRun)}
    nothing="There is nothing to send again."
    question={(counted) => ({
      title: `Send ${deliveriesAtLeast(counted)} again?`,
      body: bodyFor(filter['status']),
      action: `Send ${deliveriesAtLeast(counted)} again`,
    })}
    done={(counted) => `${deliveriesAtLeast(counted)} will be sent again.`}
    again={again}
  />
)
