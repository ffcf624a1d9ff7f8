import { z } from 'zod'
import type { BulkOptions, DeliveryFilterInput } from '../api/deliveries.js'
import type { Delivery } from '../core/delivery.js'
import { countLooks, deliveryLooks, type Counted, type Looked } from '../flow/lists/look.js'
import type { DeliveryFilter } from '../flow/lists/served-filter.js'
import { toThoseOn } from '../flow/lists/to-those-on.js'
import { deliveryFilterSchema } from '../input/fields.js'
import { invalid, parseInput } from '../input/parse-input.js'
import type { Position } from '../ports/storage/lists.js'
import type { DeliveryPorts } from './deliveries.js'

const AT_A_TIME = 500

const filtering = z.strictObject(deliveryFilterSchema)

const bulk = z.strictObject({ dryRun: z.boolean().default(false), actor: z.string().nullish() }).prefault({})

/** What is to be done with all deliveries that a filter finds. */
interface Change {
  readonly name: 'resent' | 'cancelled'
  /** Of some of them, those that it is for. */
  readonly among: (rows: readonly Delivery[]) => Promise<readonly Delivery[]>
  readonly apply: (rows: readonly Delivery[]) => Promise<void>
}

type Ports = Pick<DeliveryPorts, 'storage' | 'engine' | 'clock' | 'observe'>

/** How many deliveries a filter finds, as far as 10,000 rows tell. */
export const countDeliveries = ({ storage }: Ports, input: DeliveryFilterInput): Promise<Counted> => {
  const look = deliveryLooks(storage, parseInput('deliveries.count', filtering, input))
  return countLooks(async (after) => {
    const { rows, ...looked } = await look({ after, limit: AT_A_TIME })
    return { ...looked, found: rows.length }
  })
}

/** Resends all that a filter finds, tests aside, for subscriptions that are there and on. */
export const resendAll = (
  ports: Ports,
  input: DeliveryFilterInput,
  options?: BulkOptions,
): Promise<Counted> => {
  const { storage, engine, clock } = ports
  // One for all: each lane then sends them in the order of their events.
  const now = clock.now()
  return changeAll(ports, parseBulk('deliveries.resendAll', input, options), {
    name: 'resent',
    among: (rows) =>
      toThoseOn(
        storage,
        rows.filter(({ once }) => !once),
      ),
    apply: (rows) =>
      engine.waking(
        rows.map(({ subscriptionId }) => subscriptionId),
        { certain: false },
        () => storage.deliveries.resend({ ids: rows.map(({ id }) => id), now }),
      ),
  })
}

/** Cancels all that a filter finds and that is pending. */
export const cancelAll = (
  ports: Ports,
  input: DeliveryFilterInput,
  options?: BulkOptions,
): Promise<Counted> => {
  const { storage, engine, clock } = ports
  const { filter, ...how } = parseBulk('deliveries.cancelAll', input, options)
  if (filter.status !== undefined && filter.status !== 'pending')
    return Promise.resolve({ count: 0, atLeast: false })
  const pending = { ...how, filter: { ...filter, status: 'pending' as const } }
  return changeAll(ports, pending, {
    name: 'cancelled',
    among: async (rows) => rows,
    apply: async (rows) => {
      await storage.deliveries.cancel({
        ids: rows.map(({ id }) => id),
        reason: 'cancelled',
        now: clock.now(),
      })
      for (const row of rows) engine.cancelled(row)
    },
  })
}

const parseBulk = (member: string, input: DeliveryFilterInput, options: BulkOptions | undefined) => {
  const filter: DeliveryFilter = parseInput(member, filtering, input)
  if (Object.values(filter).every((value) => value === undefined)) {
    const message = 'Expected at least one field, such as subscriptionId or since'
    throw invalid(member, [{ path: 'filter', message }])
  }
  return { filter, ...parseInput(member, bulk, options) }
}

const changeAll = async (
  { storage, observe }: Ports,
  {
    filter,
    dryRun,
    actor = null,
  }: { filter: DeliveryFilter; dryRun: boolean; actor?: string | null | undefined },
  { name, among, apply }: Change,
): Promise<Counted> => {
  const look = deliveryLooks(storage, filter)
  const change = async (after: Position | null): Promise<Looked & { found: number }> => {
    const { rows, ...looked } = await look({ after, limit: AT_A_TIME })
    const wanted = await among(rows)
    if (!dryRun && wanted.length > 0) await apply(wanted)
    return { ...looked, found: wanted.length }
  }
  const counted = await countLooks(change, dryRun ? undefined : Infinity)
  if (!dryRun) observe({ name: 'deliveries.changed', change: name, count: counted.count, actor })
  return counted
}
