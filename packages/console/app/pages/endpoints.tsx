import { api } from '../api/client.js'
import type { Subscription } from '../api/types.js'
import { remember } from '../state/endpoints.js'
import { may } from '../state/me.js'
import { go, hrefOf, route } from '../state/route.js'
import { useLoad } from '../state/use-load.js'
import { counted, hostOf, stateOf, successRate } from '../text/words.js'
import { ActOnAllButton } from '../ui/act-on-all.js'
import { Chip, Head, Time } from '../ui/basics.js'
import { Filters } from '../ui/filters.js'
import { Pager } from '../ui/pager.js'
import { Sparkline } from '../ui/sparkline.js'
import { Empty, Loadable } from '../ui/states.js'
import { DataTable, type Column } from '../ui/table.js'
import { CreateEndpoint } from './endpoint/create.js'

const COLUMNS: readonly Column<Subscription>[] = [
  { head: 'Endpoint', cell: ({ appName }) => appName },
  { head: 'Address', cell: ({ url }) => <span title={url}>{hostOf(url)}</span> },
  { head: 'State', cell: (one) => <Chip tone={stateOf(one).tone}>{stateOf(one).text}</Chip> },
  { head: '24 hours', cell: ({ id }) => (may('GET /:id/metrics') ? <Sparkline id={id} /> : null) },
  { head: 'Delivered', cell: ({ stats }) => successRate(stats.totalSent, stats.totalFailed), isNumber: true },
  { head: 'Last delivered', cell: ({ stats }) => <Time at={stats.lastSentAt} />, isNumber: true },
]

const matches = (text: string) => (one: Subscription) =>
  [one.appName, one.url, one.description ?? '', ...one.events].some((field) =>
    field.toLowerCase().includes(text.toLowerCase()),
  )

/** Who wants to know, and where. */
export const EndpointsPage = () => {
  const { cursor, name = '', dialog } = route.value.query
  const load = useLoad(
    `endpoints ${cursor ?? ''}`,
    async () => {
      const page = await api.subscriptions({ cursor, limit: 100 })
      remember(...page.items)
      return page
    },
    { live: true },
  )
  return (
    <>
      <Head title="Endpoints" sub="Who wants to know, and where">
        {may('POST /') ? (
          <button type="button" class="primary" onClick={() => go('endpoints', null, { dialog: 'create' })}>
            New endpoint
          </button>
        ) : null}
      </Head>
      {dialog === 'create' ? <CreateEndpoint /> : null}
      <Filters filters={[{ name: 'name', label: 'Name, address or event on this page', kind: 'text' }]} />
      <Loadable of={load}>
        {({ items, nextCursor }) => {
          const shown = items.filter(matches(name))
          return (
            <>
              {items.length === 0 && nextCursor === null ? (
                <Empty title="No endpoints yet">Nobody is told of anything until one is made.</Empty>
              ) : shown.length === 0 ? (
                <Empty title="None of these fits">Older pages may have one.</Empty>
              ) : (
                <>
                  <PauseAll shown={shown} again={load.again} />
                  <DataTable
                    caption="Endpoints, newest first"
                    rows={shown}
                    columns={COLUMNS}
                    keyOf={({ id }) => id}
                    hrefOf={({ id }) => hrefOf('endpoints', id)}
                  />
                </>
              )}
              <Pager nextCursor={nextCursor} shown={items.length} />
            </>
          )
        }}
      </Loadable>
    </>
  )
}

/** Pauses those that are shown, and on: what happens meanwhile waits. */
const PauseAll = ({ shown, again }: { shown: readonly Subscription[]; again: () => void }) => (
  <div class="actions">
    <ActOnAllButton
      label={`Pause the ${counted(shown.length, 'endpoint')} shown …`}
      needs="POST /pause-all"
      isDestructive
      run={async (dryRun) => ({
        ...(await api.pauseAll(
          shown.map(({ id }) => id),
          dryRun,
        )),
        atLeast: false,
      })}
      nothing="None of them is on."
      question={({ count }) => ({
        title: `Pause ${counted(count, 'endpoint')}?`,
        body: 'Nothing is sent to them until they are resumed. What happens meanwhile waits.',
        action: `Pause ${counted(count, 'endpoint')}`,
      })}
      done={({ count }) => `${counted(count, 'endpoint')} paused.`}
      again={again}
    />
  </div>
)
