import type { Delivery } from '../../core/delivery.js'
import type { PageQuery, Position } from '../../ports/storage/lists.js'
import type { Storage } from '../../ports/storage/storage.js'
import { deliveriesByEvent, placeOf } from './deliveries-by-event.js'
import { fits, isByEvent, splitDeliveryFilter, type DeliveryFilter } from './served-filter.js'

/** How far a look at a list has come. */
export interface Looked {
  readonly lookedAt: number
  /** Where the next look begins; `null`: nothing is left. */
  readonly after: Position | null
}

/** The deliveries that a filter finds, some at a time, newest first, each once. */
export const deliveryLooks = (
  storage: Pick<Storage, 'events' | 'deliveries'>,
  filter: DeliveryFilter,
): ((page: PageQuery) => Promise<Looked & { readonly rows: readonly Delivery[] }>) => {
  if (isByEvent(filter)) {
    const read = deliveriesByEvent(storage, filter)
    return async (page) => {
      const found = await read(page)
      const last = found.length === page.limit ? found.at(-1) : undefined
      const rows = found.flatMap(({ delivery }) => (delivery && fits(filter, delivery) ? delivery : []))
      return { rows, lookedAt: found.length, after: last ? placeOf(last) : null }
    }
  }
  const { driving, matches = () => true } = splitDeliveryFilter(filter)
  return async (page) => {
    const found = await storage.deliveries.list({ ...driving, ...page })
    // One that is short may lack a row that cannot be read; only an empty one is the end.
    const last = found.at(-1)
    const after = last ? { at: last.createdAt, id: last.id } : null
    return { rows: found.filter(matches), lookedAt: found.length, after }
  }
}

/** The most rows that are looked at to count something. */
const MOST_LOOKED_AT = 10_000

/** How many there are, as far as that was looked at. */
export interface Counted {
  readonly count: number
  /** Not everything was looked at: there may be more. */
  readonly atLeast: boolean
}

/** Counts what looks find, within a bound: a count costs no more at a million rows than at some thousands. */
export const countLooks = async (
  look: (after: Position | null) => Promise<Looked & { readonly found: number }>,
  most = MOST_LOOKED_AT,
): Promise<Counted> => {
  let count = 0
  let lookedAt = 0
  let after: Position | null = null
  do {
    const seen = await look(after)
    count += seen.found
    lookedAt += seen.lookedAt
    after = seen.after
  } while (after !== null && lookedAt < most)
  return { count, atLeast: after !== null }
}
