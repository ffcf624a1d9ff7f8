import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'

export const sampleEvent = (id: string, over: Partial<StoredEvent> = {}): StoredEvent => ({
  id,
  type: 'order.created',
  siteId: null,
  body: '{}',
  occurredAt: 0,
  acceptedAt: 0,
  target: null,
  ...over,
})

/** The input of an append of these events, as a call of its own. */
export const appendOf = (...events: StoredEvent[]) => ({
  callId: `call of ${events[0]?.id}`,
  events,
  visibleAt: 0,
})

/** A folder for one test. */
export const testFolder = async (): Promise<{
  folder: string
  file: string
  remove: () => Promise<void>
}> => {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-sqlite-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  return { folder, file: join(folder, 'webhooks.db'), remove }
}
