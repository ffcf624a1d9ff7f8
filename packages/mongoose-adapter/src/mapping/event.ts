import type { StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'
import type { EventDocument } from '../documents.js'
import { number, raw, text, textOrNull } from './fields.js'

/** @throws Error naming the field that is not as it should be. */
export const toEvent = (stored: EventDocument): StoredEvent => {
  const document = raw(stored)
  return {
    id: text(document, '_id'),
    type: text(document, 'type'),
    siteId: textOrNull(document, 'siteId'),
    body: text(document, 'body'),
    occurredAt: number(document, 'occurredAt'),
    acceptedAt: number(document, 'acceptedAt'),
    target: textOrNull(document, 'onlyFor'),
    trace: textOrNull(document, 'trace'),
  }
}

export const fromEvent = (
  { id, target, trace, ...event }: StoredEvent,
  visibleAt: number,
): EventDocument => ({
  _id: id,
  ...event,
  ...(typeof trace === 'string' && { trace }),
  onlyFor: target,
  state: 0,
  sweepAt: visibleAt,
})
