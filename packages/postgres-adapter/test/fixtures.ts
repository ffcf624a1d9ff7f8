import { randomUUID } from 'node:crypto'
import { createDispatcher, type DispatcherOptions, type Storage } from '@swigs/webhooks-dispatcher'
import type { StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'
import { fakeClock, recordingTransport } from '@swigs/webhooks-dispatcher/testing'

/** A subscription to all that is dispatched here. */
export const fields = { appName: 'app', url: 'https://example.com/hooks', events: ['order.*'] }

/** A dispatcher on a storage, with a transport that only remembers. */
export const dispatcherOn = (storage: Storage, options: Partial<DispatcherOptions> = {}) => {
  const transport = recordingTransport()
  const webhooks = createDispatcher({ storage, transport, clock: fakeClock(), ...options })
  return { webhooks, transport }
}

/** An event, unlike any other. */
export const sampleEvent = (over: Partial<StoredEvent> = {}): StoredEvent => {
  const id = `evt_${randomUUID().replaceAll('-', '')}`
  const at = Date.UTC(2026, 1, 1)
  return {
    id,
    type: 'order.created',
    siteId: null,
    body: JSON.stringify({ id, data: { note: 'ünï 💥 "quoted"' } }),
    occurredAt: at,
    acceptedAt: at,
    target: null,
    trace: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    ...over,
  }
}
