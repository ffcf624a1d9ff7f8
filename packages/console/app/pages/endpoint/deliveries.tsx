import { api } from '../../api/client.js'
import type { Delivery } from '../../api/types.js'
import { route } from '../../state/route.js'
import { useLoad } from '../../state/use-load.js'
import { count } from '../../text/words.js'
import { DeliveryTable } from '../../ui/delivery-table.js'
import { Filters } from '../../ui/filters.js'
import { Pager } from '../../ui/pager.js'
import { Empty, Loadable } from '../../ui/states.js'
import { DeliveryActs } from './delivery-acts.js'

/** What an endpoint was sent, and the errors in it, grouped. */
export const EndpointDeliveries = ({ id }: { id: string }) => {
  const { status, type, siteId, since, until, cursor } = route.value.query
  const filter = { subscriptionId: id, status, type, siteId, since, until }
  const load = useLoad(
    `deliveries of ${id} ${JSON.stringify(route.value.query)}`,
    () => api.deliveries({ ...filter, cursor, limit: 50 }),
    { live: cursor === undefined },
  )
  return (
    <section>
      <h2>Deliveries</h2>
      <Filters
        filters={[
          {
            name: 'status',
            label: 'State',
            kind: 'choice',
            choices: [
              ['', 'Any'],
              ['pending', 'Waiting'],
              ['delivered', 'Delivered'],
              ['failed', 'Given up'],
              ['cancelled', 'Cancelled'],
            ],
          },
          { name: 'type', label: 'Event', kind: 'text' },
          { name: 'siteId', label: 'Site', kind: 'text' },
          { name: 'since', label: 'From', kind: 'time' },
          { name: 'until', label: 'Before', kind: 'time' },
        ]}
      />
      <DeliveryActs filter={filter} again={load.again} />
      <Loadable of={load}>
        {({ items, nextCursor }) => (
          <>
            <LastErrors deliveries={items} />
            {items.length === 0 && nextCursor === null ? (
              <Empty title="No deliveries">Nothing was made for it that fits these filters.</Empty>
            ) : (
              <DeliveryTable
                caption="Deliveries to this endpoint, newest first"
                rows={items}
                columns={['event', 'status', 'why', 'attempts', 'at']}
              />
            )}
            <Pager nextCursor={nextCursor} shown={items.length} />
          </>
        )}
      </Loadable>
    </section>
  )
}

const LastErrors = ({ deliveries }: { deliveries: readonly Delivery[] }) => {
  const counts = new Map<string, number>()
  for (const { attempts } of deliveries)
    for (const { error } of attempts) if (error !== null) counts.set(error, (counts.get(error) ?? 0) + 1)
  if (counts.size === 0) return null
  const groups = [...counts].sort(([, one], [, other]) => other - one).slice(0, 5)
  return (
    <div class="groups">
      <h3>Errors among these</h3>
      <ul>
        {groups.map(([error, times]) => (
          <li key={error}>
            <span class="number">{count(times)} ×</span> {error}
          </li>
        ))}
      </ul>
    </div>
  )
}
