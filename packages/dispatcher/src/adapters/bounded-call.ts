import { StorageUnavailableError } from '@swigs/webhooks-protocol'

/**
 * What a call answers, or `StorageUnavailableError` when it has not settled after `ms`, or when `hurry` aborts: a storage that
 * hangs must hang nobody else. Whether the call is still done is not known; it can be made again.
 */
export const boundedCall = <T>(
  operation: string,
  call: Promise<T>,
  { ms, hurry }: { ms: number; hurry?: AbortSignal | undefined },
): Promise<T> =>
  new Promise((resolve, reject) => {
    const giveUp = (why: string) =>
      reject(
        new StorageUnavailableError(
          `The storage did not answer ${operation} ${why}; whether it was done is not known.`,
        ),
      )
    const timer = setTimeout(() => giveUp(`within ${ms} ms`), ms)
    timer.unref()
    const hurried = () => giveUp('before the dispatcher had to stop')
    hurry?.addEventListener('abort', hurried)
    if (hurry?.aborted) hurried()
    call.then(resolve, reject).finally(() => {
      clearTimeout(timer)
      hurry?.removeEventListener('abort', hurried)
    })
  })
