const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `listener` once `signal` aborts; answers how to take that back. A signal gets one event listener, however many
 * requests share it: an `EventTarget` searches all it has at each add and remove, and warns beyond ten.
 */
export const whenAborted = (signal: AbortSignal, listener: () => void): (() => void) => {
  let listeners = waiting.get(signal)
  if (!listeners) {
    const all = new Set<() => void>()
    waiting.set(signal, (listeners = all))
    signal.addEventListener('abort', () => all.forEach((one) => one()), { once: true })
  }
  const own = listeners
  own.add(listener)
  return () => void own.delete(listener)
}

/** What `promise` comes to, unless `signal` aborts before: then its reason is thrown. */
export const unlessAborted = <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => reject(signal.reason as Error)
    if (signal.aborted) return giveUp()
    promise.then(resolve, reject).finally(whenAborted(signal, giveUp))
  })
