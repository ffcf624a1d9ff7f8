import { readRows, type Attempt, type Delivery } from '@swigs/webhooks-dispatcher/storage-kit'
import { MAX_ATTEMPTS_KEPT } from '@swigs/webhooks-dispatcher/storage-kit'
import type { AttemptDocument, DeliveryDocument } from '../documents.js'
import { attemptIdsOf, toAttempt, toDelivery, type EventPart } from '../mapping/delivery.js'
import { list, raw } from '../mapping/fields.js'
import type { StoreContext } from './context.js'
import { named } from './reading.js'

const NO_EVENT: EventPart = { eventType: '', siteId: null }

/** Deliveries in our words, with their attempts and what they show of their events. */
export const readDeliveries = async (
  context: StoreContext,
  documents: readonly DeliveryDocument[],
  { answers }: { answers: boolean },
): Promise<Delivery[]> => {
  const { report } = context
  const [attempts, events] = await Promise.all([
    attemptsOutside(context, documents, answers),
    eventsOf(context, documents),
  ])
  const read = (document: DeliveryDocument) => {
    const later = attemptIdsOf(document).flatMap((id) => attempts.get(id) ?? [])
    const all = [...attemptsInside(context, document), ...later].slice(-MAX_ATTEMPTS_KEPT)
    const event = typeof document.eventType === 'string' ? ofOld(document) : events.get(document.eventId)
    return toDelivery(document, event ?? NO_EVENT, all)
  }
  return readRows(documents, read, named('delivery'), report)
}

const attemptsOutside = async (
  { at, report }: StoreContext,
  documents: readonly DeliveryDocument[],
  answers: boolean,
): Promise<Map<string, Attempt>> => {
  const ids = documents.flatMap(attemptIdsOf)
  if (ids.length === 0) return new Map()
  const projection = answers ? {} : { responseBody: 0, responseHeaders: 0 }
  const found = await at()
    .attempts.find({ _id: { $in: ids } }, { projection })
    .toArray()
  const read = (document: AttemptDocument) => [document._id, toAttempt(document)] as const
  return new Map(readRows(found, read, named('attempt'), report))
}

/** Those that version 0.1 recorded; ones that cannot be read take nothing but themselves away. */
const attemptsInside = ({ report }: StoreContext, document: DeliveryDocument): Attempt[] => {
  const name = () => ({ noun: 'attempt' as const, id: document._id })
  const lists = readRows([raw(document)], (row) => list(row, 'attempts'), name, report)
  return readRows(lists.flat(), (attempt) => toAttempt(Object(attempt)), name, report)
}

const ofOld = ({ eventType = '', siteId = null }: DeliveryDocument): EventPart => ({ eventType, siteId })

const eventsOf = async (
  { at }: StoreContext,
  documents: readonly DeliveryDocument[],
): Promise<Map<string, EventPart>> => {
  const ids = new Set(documents.flatMap(({ eventType, eventId }) => (eventType === undefined ? eventId : [])))
  if (ids.size === 0) return new Map()
  const found = at()
    .events.find({ _id: { $in: [...ids] } })
    .project<{ _id: string; type: string; siteId: string | null }>({ type: 1, siteId: 1 })
  const rows = await found.toArray()
  return new Map(rows.map(({ _id, type, siteId }) => [_id, { eventType: String(type), siteId }]))
}
