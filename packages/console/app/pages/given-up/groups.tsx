import type { Delivery } from '../../api/types.js'
import { hrefOf, route } from '../../state/route.js'
import { count, reason } from '../../text/words.js'
import { EndpointName } from '../../ui/endpoint-name.js'

interface Group {
  readonly subscriptionId: string
  readonly reason: string
  readonly count: number
}

const groupsOf = (items: readonly Delivery[]): Group[] => {
  const groups = new Map<string, Group>()
  for (const { subscriptionId, reason: why } of items) {
    const key = `${subscriptionId} ${why}`
    groups.set(key, { subscriptionId, reason: why ?? '', count: (groups.get(key)?.count ?? 0) + 1 })
  }
  return [...groups.values()].sort((one, other) => other.count - one.count)
}

/** Endpoint by reason, of what this page of the list has; each leads to its own. */
export const GivenUpGroups = ({ items }: { items: readonly Delivery[] }) => {
  const { query } = route.value
  const { cursor: _cursor, ...filters } = query
  const isChosen = query['subscriptionId'] !== undefined || query['reason'] !== undefined
  if (items.length === 0 && !isChosen) return null
  return (
    <section class="groups">
      <h2>Who, and why</h2>
      <ul>
        {groupsOf(items).map((group) => (
          <li key={`${group.subscriptionId} ${group.reason}`}>
            <a
              href={hrefOf('given-up', null, {
                ...filters,
                subscriptionId: group.subscriptionId,
                reason: group.reason,
              })}
            >
              <EndpointName id={group.subscriptionId} isLink={false} />: {reason(group.reason)}
            </a>{' '}
            <span class="number">{count(group.count)}</span>
          </li>
        ))}
      </ul>
      {isChosen ? (
        <a href={hrefOf('given-up', null, { ...filters, subscriptionId: '', reason: '' })}>
          All endpoints and reasons
        </a>
      ) : null}
    </section>
  )
}
