import { api } from '../../api/client.js'
import { deliveriesAtLeast } from '../../text/words.js'
import { ActOnAllButton } from '../../ui/act-on-all.js'
import { ResendMatching, type MatchingProps } from '../../ui/resend-matching.js'

/** What can be done with all deliveries that fit the filters of a list. */
export const DeliveryActs = ({ filter, again }: MatchingProps) => (
  <div class="actions">
    <ResendMatching filter={filter} again={again} />
    <ActOnAllButton
      label="Cancel all that match and wait …"
      needs="POST /deliveries/cancel-all"
      isDestructive
      run={(dryRun) => api.cancelAll(filter, dryRun)}
      nothing="Nothing of this waits."
      question={(counted) => ({
        title: `Cancel ${deliveriesAtLeast(counted)}?`,
        body: 'They are not sent, unless somebody sends them again.',
        action: `Cancel ${deliveriesAtLeast(counted)}`,
      })}
      done={(counted) => `${deliveriesAtLeast(counted)} cancelled.`}
      again={again}
    />
  </div>
)
