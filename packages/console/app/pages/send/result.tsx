import type { Sent } from '../../api/types.js'
import { hrefOf } from '../../state/route.js'
import { duration } from '../../text/time.js'
import { Chip } from '../../ui/basics.js'
import { BodyView } from '../../ui/body-view.js'

/** What came of an event that was sent by hand. */
export const SentResult = ({ sent: { eventId, test } }: { sent: Sent }) => {
  if (eventId === null)
    return <p role="status">The app accepts no events just now: its webhooks are switched off.</p>
  if (test === null) return <p role="status">It is accepted, and goes to all that subscribe.</p>
  return (
    <div role="status">
      <p>
        <Chip tone={test.delivered ? 'good' : 'bad'}>{test.delivered ? 'Delivered' : 'Not delivered'}</Chip>{' '}
        {test.error ?? `The receiver answered ${test.statusCode} after ${duration(test.durationMs ?? 0)}.`}{' '}
        <a href={hrefOf('deliveries', test.deliveryId)}>See the delivery</a>
      </p>
      {test.responseBody === null ? null : (
        <BodyView text={test.responseBody} label="What the receiver answered" />
      )}
    </div>
  )
}
