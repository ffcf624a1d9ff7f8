import { api } from '../api/client.js'
import type { EventDetail } from '../api/types.js'
import { act, ask } from '../state/dialogs.js'
import { may } from '../state/me.js'
import { hrefOf } from '../state/route.js'
import { useLoad } from '../state/use-load.js'
import { deliveries } from '../text/words.js'
import { Facts, Head, Id, Time } from '../ui/basics.js'
import { BodyView } from '../ui/body-view.js'
import { DeliveryTable } from '../ui/delivery-table.js'
import { Empty, Loadable } from '../ui/states.js'

/** One event: what it says, and what became of it. */
export const EventPage = ({ id }: { id: string }) => {
  const load = useLoad(`event ${id}`, () => api.event(id), { live: true })
  const resendAll = async ({ deliveries: made }: EventDetail) => {
    const count = deliveries(made.length)
    const yes = await ask({
      title: `Send ${count} again?`,
      body: `Every endpoint that this event went to is sent it again, with the same id, so that a receiver can tell that it knows it.`,
      action: `Send ${count} again`,
    })
    if (!yes) return
    await act(`${count} will be sent again.`, async () => {
      for (const delivery of made) await api.resend(delivery.id)
    })
    load.again()
  }
  return (
    <Loadable of={load}>
      {(event) => (
        <>
          <Head title={event.type} sub={<Id>{event.id}</Id>}>
            {may('POST /deliveries/:deliveryId/resend') && event.deliveries.length > 0 ? (
              <button type="button" onClick={() => void resendAll(event)}>
                Send again to all
              </button>
            ) : null}
          </Head>
          <Facts
            rows={[
              ['Accepted', <Time at={event.acceptedAt} />],
              ['Happened', <Time at={event.occurredAt} />],
              [
                'Site',
                event.siteId === null ? (
                  <span class="faint">none</span>
                ) : (
                  <a href={hrefOf('events', null, { siteId: event.siteId })}>{event.siteId}</a>
                ),
              ],
            ]}
          />
          <section>
            <h2>Deliveries</h2>
            {event.deliveries.length === 0 ? (
              <Empty title="No endpoint takes it">Nothing subscribes to {event.type} on this site.</Empty>
            ) : (
              <DeliveryTable
                caption="Deliveries of this event"
                rows={event.deliveries}
                columns={['endpoint', 'status', 'why', 'attempts', 'at']}
              />
            )}
          </section>
          <section>
            <h2>Body</h2>
            <BodyView text={event.body} label="As it is stored and sent" />
          </section>
        </>
      )}
    </Loadable>
  )
}
