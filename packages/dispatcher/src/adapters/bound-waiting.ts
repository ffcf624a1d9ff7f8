import { StorageUnavailableError } from '@swigs/webhooks-protocol'

/** Waits for a call, and not for ever. */
export type BoundCall = <T>(operation: string, call: Promise<T>) => Promise<T>

/**
 * Answers what a call answers, or `StorageUnavailableError` when it has not settled after `ms`, or when `hurry` aborts: a
 * storage that hangs must hang nobody else. Whether the call is still done is not known; it can be made again.
 */
export const boundWaiting = ({ ms, hurry }: { ms: number; hurry?: AbortSignal | undefined }): BoundCall => {
  const waiting = new Set<() => void>()
  hurry?.addEventListener('abort', () => waiting.forEach((giveUp) => giveUp()), { once: true })
  return (operation, call) =>
    new Promise((resolve, reject) => {
      const giveUp = (when: string) =>
        reject(
          new StorageUnavailableError(
            `The storage did not answer ${operation} ${when}; whether it was done is not known.`,
          ),
        )
      const hurried = () => giveUp('before the dispatcher had to stop')
      const timer = setTimeout(() => giveUp(`within ${ms} ms`), ms)
      timer.unref()
      waiting.add(hurried)
      if (hurry?.aborted) hurried()
      const done = () => {
        clearTimeout(timer)
        waiting.delete(hurried)
      }
      call.then(done, done)
      call.then(resolve, reject)
    })
}
