import type { Delivery } from '../api/types.js'
import { hrefOf } from '../state/route.js'
import { STATUS } from '../text/words.js'
import { Chip, Time } from './basics.js'
import { Sentence } from './sentence.js'
import { EndpointName } from './endpoint-name.js'
import { DataTable, type Column, type Selection } from './table.js'

const COLUMNS: Readonly<
  Record<'event' | 'endpoint' | 'status' | 'why' | 'attempts' | 'at', Column<Delivery>>
> = {
  event: { head: 'Event', cell: ({ eventType }) => eventType },
  endpoint: {
    head: 'Endpoint',
    cell: ({ subscriptionId }) => <EndpointName id={subscriptionId} isLink={false} />,
  },
  status: {
    head: 'State',
    cell: ({ status }) => <Chip tone={STATUS[status].tone}>{STATUS[status].text}</Chip>,
  },
  why: {
    head: 'What happened',
    cell: ({ explanation }) => (
      <span class="why">
        <Sentence text={explanation} />
      </span>
    ),
  },
  attempts: { head: 'Attempts', cell: ({ attemptCount }) => attemptCount, isNumber: true },
  at: { head: 'Made', cell: ({ createdAt }) => <Time at={createdAt} />, isNumber: true },
}

/** Deliveries, one a row, in the columns that are wanted. */
export const DeliveryTable = ({
  caption,
  rows,
  columns,
  selection,
}: {
  caption: string
  rows: readonly Delivery[]
  columns: readonly (keyof typeof COLUMNS)[]
  selection?: Selection
}) => (
  <DataTable
    caption={caption}
    rows={rows}
    columns={columns.map((name) => COLUMNS[name])}
    keyOf={({ id }) => id}
    labelOf={({ eventType, createdAt }) => `${eventType} of ${createdAt}`}
    hrefOf={({ id }) => hrefOf('deliveries', id)}
    selection={selection}
  />
)
