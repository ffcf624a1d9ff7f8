import { api } from '../api/client.js'
import { route, hrefOf } from '../state/route.js'
import { useLoad } from '../state/use-load.js'
import { useCatalogue } from '../state/catalogue.js'
import { bytes } from '../text/words.js'
import { Head, Id, Time } from '../ui/basics.js'
import { Filters } from '../ui/filters.js'
import { Pager } from '../ui/pager.js'
import { Empty, Loadable } from '../ui/states.js'
import { DataTable } from '../ui/table.js'
import { OpenById } from '../ui/open-by-id.js'

/** What was accepted, newest first. */
export const EventsPage = () => {
  const { query } = route.value
  const { type, siteId, since, until, cursor } = query
  const isFirst = cursor === undefined
  const load = useLoad(
    `events ${JSON.stringify(query)}`,
    () => api.events({ type, siteId, since, until, cursor, limit: 50 }),
    { live: isFirst },
  )
  const types = useCatalogue()?.types.map((one) => one.type) ?? []
  return (
    <>
      <Head title="Events" sub="What happened in the app, as it was accepted">
        <OpenById />
      </Head>
      <Filters
        filters={[
          { name: 'type', label: 'Type', kind: 'text', options: types },
          { name: 'siteId', label: 'Site', kind: 'text' },
          { name: 'since', label: 'From', kind: 'time' },
          { name: 'until', label: 'Before', kind: 'time' },
        ]}
      />
      <Loadable of={load}>
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 && nextCursor === null ? (
              <Empty title="No events">None was accepted that fits these filters.</Empty>
            ) : (
              <DataTable
                caption="Events, newest first"
                rows={items}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => hrefOf('events', id)}
                columns={[
                  { head: 'Type', cell: (event) => event.type },
                  { head: 'Id', cell: ({ id }) => <Id>{id}</Id> },
                  {
                    head: 'Site',
                    cell: (event) =>
                      event.siteId === null ? <span class="faint">none</span> : <Id>{event.siteId}</Id>,
                  },
                  { head: 'Size', cell: ({ body }) => bytes(body.length), isNumber: true },
                  { head: 'Accepted', cell: ({ acceptedAt }) => <Time at={acceptedAt} />, isNumber: true },
                ]}
              />
            )}
            <Pager nextCursor={nextCursor} shown={items.length} />
          </>
        )}
      </Loadable>
    </>
  )
}
