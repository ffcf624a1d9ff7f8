import type { Delivery } from '../../core/delivery.js'
import type { Storage } from '../../ports/storage/storage.js'

/** Of some deliveries, those to subscriptions that are there, and on: to the others nothing can be sent again. */
export const toThoseOn = async (
  { subscriptions }: Pick<Storage, 'subscriptions'>,
  rows: readonly Delivery[],
): Promise<Delivery[]> => {
  const found = await subscriptions.get([...new Set(rows.map(({ subscriptionId }) => subscriptionId))])
  const on = new Set(found.filter(({ isActive }) => isActive).map(({ id }) => id))
  return rows.filter(({ subscriptionId }) => on.has(subscriptionId))
}
