/** What work gave that was not done in time. */
export const LATE = Symbol('late')

/** Calls back after so many ms, and keeps no process alive for it. Answers how to take that back. */
export const after = (ms: number, callback: () => void): (() => void) => {
  // Longer than a timer can be is as good as never.
  const timer = setTimeout(callback, Math.min(ms, 2_147_483_647))
  timer.unref()
  return () => clearTimeout(timer)
}

/**
 * What the work gives, or `LATE` once `ms` have passed: then its signal is aborted, and nobody waits for it any more.
 * Rejects as the work does; what is thrown too late is dropped, so work that may be late tells of its own failures.
 */
export const within = async <T>(
  ms: number,
  work: (signal: AbortSignal) => T | Promise<T>,
): Promise<T | typeof LATE> => {
  const controller = new AbortController()
  const done = (async () => work(controller.signal))()
  let cancel = (): void => undefined
  const late = new Promise<typeof LATE>((resolve) => {
    cancel = after(ms, () => {
      resolve(LATE)
      controller.abort()
    })
  })
  try {
    return await Promise.race([done, late])
  } finally {
    cancel()
  }
}
