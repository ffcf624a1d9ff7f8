import { api } from '../api/client.js'
import type { Delivery } from '../api/types.js'
import { act, ask } from '../state/dialogs.js'
import { may } from '../state/me.js'
import { route } from '../state/route.js'
import { useLoad } from '../state/use-load.js'
import { useSelection } from '../state/use-selection.js'
import { deliveries, REASON_CHOICES } from '../text/words.js'
import { Head } from '../ui/basics.js'
import { DeliveryTable } from '../ui/delivery-table.js'
import { Filters } from '../ui/filters.js'
import { Pager } from '../ui/pager.js'
import { Empty, Loadable } from '../ui/states.js'
import { GivenUpGroups } from './given-up/groups.js'
import { ResendAllButton } from './given-up/resend-all.js'

/** What was given up, by endpoint and reason, and sending it again. */
export const GivenUpPage = () => {
  const { subscriptionId, type, siteId, since, until, reason, cursor } = route.value.query
  const chosen = useSelection()
  const load = useLoad(
    `given up ${JSON.stringify(route.value.query)}`,
    () =>
      api.deliveries({
        ...{ status: 'failed', reason, subscriptionId, type, siteId, since, until },
        ...{ cursor, limit: 100 },
      }),
    { live: cursor === undefined },
  )
  const resendChosen = async () => {
    const { keys } = chosen
    const yes = await ask({
      title: `Send ${deliveries(keys.length)} again?`,
      body: 'Each goes out with the same id, and a fresh retry schedule.',
      action: `Send ${deliveries(keys.length)} again`,
    })
    if (!yes) return
    await act(`${deliveries(keys.length)} will be sent again.`, async () => {
      for (const id of keys) await api.resend(id)
    })
    chosen.set([])
    load.again()
  }
  return (
    <>
      <Head title="Given up" sub="Deliveries that no attempt brought through">
        {may('POST /deliveries/:deliveryId/resend') ? (
          <button type="button" disabled={chosen.keys.length === 0} onClick={() => void resendChosen()}>
            Send {chosen.keys.length === 0 ? 'chosen' : deliveries(chosen.keys.length)} again
          </button>
        ) : null}
        <ResendAllButton again={load.again} />
      </Head>
      <Filters
        filters={[
          { name: 'reason', label: 'Reason', kind: 'choice', choices: [['', 'Any'], ...REASON_CHOICES] },
          { name: 'type', label: 'Event', kind: 'text' },
          { name: 'siteId', label: 'Site', kind: 'text' },
          { name: 'since', label: 'From', kind: 'time' },
          { name: 'until', label: 'Before', kind: 'time' },
        ]}
      />
      <Loadable of={load}>
        {({ items: shown, nextCursor }) => (
          <>
            <GivenUpGroups items={shown} />
            {shown.length === 0 && nextCursor === null ? (
              <Empty title="Nothing was given up">
                Everything that fits these filters was delivered, or waits.
              </Empty>
            ) : (
              <>
                <ChooseAll shown={shown} chosen={chosen} />
                <DeliveryTable
                  caption="Deliveries that were given up, newest first"
                  rows={shown}
                  columns={['event', 'endpoint', 'why', 'attempts', 'at']}
                  selection={chosen}
                />
              </>
            )}
            <Pager nextCursor={nextCursor} shown={shown.length} />
          </>
        )}
      </Loadable>
    </>
  )
}

const ChooseAll = ({
  shown,
  chosen,
}: {
  shown: readonly Delivery[]
  chosen: ReturnType<typeof useSelection>
}) => {
  const isAll = shown.length > 0 && shown.every(({ id }) => chosen.has(id))
  return (
    <label class="choose-all">
      <input
        type="checkbox"
        checked={isAll}
        onChange={() => chosen.set(isAll ? [] : shown.map(({ id }) => id))}
      />
      All {shown.length} on this page
    </label>
  )
}
