import { errorText, isWebhooksError } from '@swigs/webhooks-protocol'
import type { Observer } from '../ports/observer.js'

/** Tells of a storage call that failed. A store that is away was told of when its first call failed. */
export const reportStorage = (observe: Observer, operation: string, error: unknown): void => {
  if (isWebhooksError(error, 'STORAGE_UNAVAILABLE')) return
  observe({ name: 'storage.unavailable', operation, error: errorText(error) })
}
