import { api } from '../api/client.js'
import type { DeliveryDetail } from '../api/types.js'
import { act, ask } from '../state/dialogs.js'
import { may } from '../state/me.js'
import { hrefOf } from '../state/route.js'
import { useLoad } from '../state/use-load.js'
import { curlOf } from '../text/curl.js'
import { reason, STATUS } from '../text/words.js'
import { Chip, CopyButton, Facts, Head, Id, Time } from '../ui/basics.js'
import { BodyView } from '../ui/body-view.js'
import { EndpointName } from '../ui/endpoint-name.js'
import { HeaderList } from '../ui/header-list.js'
import { Sentence } from '../ui/sentence.js'
import { Loadable } from '../ui/states.js'
import { AttemptList } from './attempts.js'

/** One delivery: what happened in one sentence, each attempt, and the request. */
export const DeliveryPage = ({ id }: { id: string }) => {
  const load = useLoad(`delivery ${id}`, () => api.delivery(id), { live: true })
  return (
    <Loadable of={load}>
      {(delivery) => (
        <>
          <Head
            title={
              <>
                {delivery.eventType}{' '}
                <Chip tone={STATUS[delivery.status].tone}>{STATUS[delivery.status].text}</Chip>
              </>
            }
            sub={<Id>{delivery.id}</Id>}
          >
            <Acts delivery={delivery} again={load.again} />
          </Head>
          <p class="sentence">
            <Sentence text={delivery.explanation} />
          </p>
          <Facts
            rows={[
              ['Endpoint', <EndpointName id={delivery.subscriptionId} />],
              ['Event', <a href={hrefOf('events', delivery.eventId)}>{delivery.eventId}</a>],
              ...(delivery.reason === null ? [] : [['Reason', reason(delivery.reason)] as const]),
              ['Made', <Time at={delivery.createdAt} />],
              ...(delivery.settledAt === null ? [] : [['Ended', <Time at={delivery.settledAt} />] as const]),
              ...(delivery.nextAttemptAt === null
                ? []
                : [['Next attempt', <Time at={delivery.nextAttemptAt} />] as const]),
            ]}
          />
          <section>
            <h2>Attempts</h2>
            <AttemptList delivery={delivery} />
          </section>
          <section>
            <h2>Request</h2>
            <Request request={delivery.request} />
          </section>
        </>
      )}
    </Loadable>
  )
}

const Acts = ({ delivery, again }: { delivery: DeliveryDetail; again: () => void }) => {
  const { id, status } = delivery
  const resend = async () => {
    const yes = await ask({
      title: 'Send 1 delivery again?',
      body:
        status === 'delivered'
          ? 'It was delivered. Its receiver gets it once more, with the same id.'
          : 'It goes out with the same id, and a fresh retry schedule.',
      action: 'Send 1 delivery again',
    })
    if (yes && (await act('It is sent again.', () => api.resend(id)))) again()
  }
  const cancel = async () => {
    const yes = await ask({
      title: 'Cancel 1 delivery?',
      body: 'What has not been sent of it will not be, unless somebody sends it again.',
      action: 'Cancel 1 delivery',
      isDestructive: true,
    })
    if (yes && (await act('It is cancelled.', () => api.cancel(id)))) again()
  }
  return (
    <>
      {may('POST /deliveries/:deliveryId/resend') ? (
        <button type="button" class="primary" onClick={() => void resend()}>
          Send again
        </button>
      ) : null}
      {status === 'pending' && may('POST /deliveries/:deliveryId/cancel') ? (
        <button type="button" class="danger" onClick={() => void cancel()}>
          Cancel
        </button>
      ) : null}
    </>
  )
}

const Request = ({ request }: { request: DeliveryDetail['request'] }) => {
  if (request === null) return <p class="faint">Its event is no longer kept.</p>
  return (
    <>
      <div class="bar">
        <code class="url">
          {request.method} {request.url ?? 'its endpoint was removed'}
        </code>
        <CopyButton text={curlOf(request)}>Copy as curl</CopyButton>
      </div>
      <HeaderList headers={request.headers} />
      <BodyView text={request.body} label="Body, byte for byte as it is sent" />
    </>
  )
}
