import { api } from '../api/client.js'
import type { Replay } from '../api/types.js'
import { may } from '../state/me.js'
import { go, hrefOf, route } from '../state/route.js'
import { useLoad } from '../state/use-load.js'
import { count, REPLAY_STATE, REPLAY_WHICH } from '../text/words.js'
import { Chip, Head, Time } from '../ui/basics.js'
import { EndpointName } from '../ui/endpoint-name.js'
import { Pager } from '../ui/pager.js'
import { Empty, Loadable } from '../ui/states.js'
import { DataTable, type Column } from '../ui/table.js'
import { NewReplay } from './replays/new.js'

const COLUMNS: readonly Column<Replay>[] = [
  { head: 'What', cell: ({ which }) => REPLAY_WHICH[which] },
  {
    head: 'Endpoint',
    cell: ({ subscriptionId }) =>
      subscriptionId === null ? 'all' : <EndpointName id={subscriptionId} isLink={false} />,
  },
  {
    head: 'State',
    cell: ({ state }) => <Chip tone={REPLAY_STATE[state].tone}>{REPLAY_STATE[state].text}</Chip>,
  },
  {
    head: 'Sent',
    cell: ({ sent, total, atLeast }) => `${count(sent)} of ${count(total)}${atLeast ? '+' : ''}`,
    isNumber: true,
  },
  { head: 'Begun', cell: ({ createdAt }) => <Time at={createdAt} />, isNumber: true },
]

/** Times that are sent again. */
export const ReplaysPage = () => {
  const { cursor, dialog, subscriptionId } = route.value.query
  const load = useLoad(`replays ${cursor ?? ''}`, () => api.replays({ cursor, limit: 50 }), { live: true })
  return (
    <>
      <Head title="Replays" sub="Times that are sent again, and how far that has come">
        {may('POST /deliveries/replay') ? (
          <button type="button" class="primary" onClick={() => go('replays', null, { dialog: 'new' })}>
            New replay
          </button>
        ) : null}
      </Head>
      {dialog === 'new' ? <NewReplay subscriptionId={subscriptionId ?? ''} /> : null}
      <Loadable of={load}>
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 && nextCursor === null ? (
              <Empty title="No replays">Nothing was sent again by time.</Empty>
            ) : (
              <DataTable
                caption="Replays, newest first"
                rows={items}
                columns={COLUMNS}
                keyOf={({ id }) => id}
                hrefOf={({ id }) => hrefOf('replays', id)}
              />
            )}
            <Pager nextCursor={nextCursor} shown={items.length} />
          </>
        )}
      </Loadable>
    </>
  )
}
