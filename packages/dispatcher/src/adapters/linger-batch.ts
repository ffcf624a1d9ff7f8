import type { Batch, BatchOptions } from '../flow/context.js'

interface Waiting<I, O> {
  readonly item: I
  readonly resolve: (answer: O) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Group commit: a batch leaves when it is full or when `lingerMs` of real time have passed since its first item, and
 * never more than `inFlight` at a time, so that a slow store makes larger batches instead of more of them.
 */
export const lingerBatch = <I, O>(options: BatchOptions<I, O>): Batch<I, O> => {
  const { maxSize, lingerMs, inFlight, write } = options
  const idlers: (() => void)[] = []
  let waiting: Waiting<I, O>[] = []
  let lingering: NodeJS.Timeout | undefined
  let ripe = false
  let underWay = 0

  const leave = (): void => {
    while (underWay < inFlight && waiting.length > 0 && (ripe || waiting.length >= maxSize)) {
      const batch = waiting.splice(0, maxSize)
      if (waiting.length === 0) calm()
      underWay += 1
      void send(batch)
    }
  }

  const calm = (): void => {
    clearTimeout(lingering)
    lingering = undefined
    ripe = false
  }

  const send = async (batch: readonly Waiting<I, O>[]): Promise<void> => {
    try {
      const answers = await write(batch.map(({ item }) => item))
      batch.forEach(({ resolve }, index) => resolve(answers[index] as O))
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
    underWay -= 1
    leave()
    if (underWay === 0 && waiting.length === 0) for (const resolve of idlers.splice(0)) resolve()
  }

  return {
    add: (item) =>
      new Promise<O>((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        if (waiting.length >= maxSize) leave()
        else
          lingering ??= setTimeout(() => {
            ripe = true
            leave()
          }, lingerMs)
      }),
    idle: () =>
      underWay === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => idlers.push(resolve)),
  }
}
