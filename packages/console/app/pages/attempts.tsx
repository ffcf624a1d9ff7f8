import type { Attempt, DeliveryDetail } from '../api/types.js'
import { duration } from '../text/time.js'
import { failureClass } from '../text/words.js'
import { Chip, Time } from '../ui/basics.js'
import { BodyView } from '../ui/body-view.js'
import { HeaderList } from '../ui/header-list.js'

/** Each request of a delivery, the newest first, with what came back. */
export const AttemptList = ({ delivery: { attempts, attemptCount } }: { delivery: DeliveryDetail }) => {
  if (attempts.length === 0) return <p class="faint">Nothing was sent yet.</p>
  const forgotten = attemptCount - attempts.length
  return (
    <>
      <ol class="attempts" reversed>
        {attempts.toReversed().map((attempt, index) => (
          <li key={attempt.number}>
            <details open={index === 0}>
              <summary>
                <span class="number">{attempt.number}</span>
                <Outcome attempt={attempt} />
                <span>{duration(attempt.durationMs)}</span>
                <Time at={attempt.startedAt} />
              </summary>
              <Answer attempt={attempt} />
            </details>
          </li>
        ))}
      </ol>
      {forgotten > 0 ? <p class="faint">{forgotten} earlier attempts are not kept.</p> : null}
    </>
  )
}

const Outcome = ({ attempt: { statusCode, errorClass } }: { attempt: Attempt }) =>
  errorClass === null ? (
    <Chip tone="good">{statusCode ?? 'Delivered'}</Chip>
  ) : (
    <Chip tone="bad">
      {statusCode === null ? failureClass(errorClass) : `${statusCode}, ${failureClass(errorClass)}`}
    </Chip>
  )

const Answer = ({ attempt }: { attempt: Attempt }) => (
  <div class="answer">
    {attempt.error === null ? null : <p>{attempt.error}</p>}
    {typeof attempt.retryAfterMs === 'number' ? (
      <p>The receiver asked to be left alone for {duration(attempt.retryAfterMs)}.</p>
    ) : null}
    {attempt.repeated ? (
      <p>A kept connection was closed under it, so it was made once more on a fresh one.</p>
    ) : null}
    {attempt.address == null ? null : <p class="faint">Connected to {attempt.address}</p>}
    {attempt.responseHeaders ? <HeaderList headers={attempt.responseHeaders} /> : null}
    {attempt.responseBody === null ? (
      <p class="faint">No body came back.</p>
    ) : (
      <BodyView
        text={attempt.responseBody}
        label={attempt.truncated ? 'What the receiver answered, its beginning' : 'What the receiver answered'}
      />
    )}
  </div>
)
