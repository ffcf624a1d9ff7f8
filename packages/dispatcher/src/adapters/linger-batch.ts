import { isWebhooksError } from '@swigs/webhooks-protocol'
import type { Batch, BatchOptions } from '../ports/batch.js'

interface Waiting<I, O> {
  readonly item: I
  readonly resolve: (answer: O) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Group commit: a batch leaves when it is full or when `lingerMs` of real time have passed since its first item, and
 * never more than `inFlight` at a time, so that a slow store makes larger batches instead of more of them. A linger of 0
 * gathers what comes in one turn of the event loop. So does an `eager` one while nothing is under way: it lingers only behind
 * another batch, and no longer than until that has ended.
 */
export const lingerBatch = <I, O>(options: BatchOptions<I, O>): Batch<I, O> => {
  const { maxSize, lingerMs, inFlight, eager = false, write } = options
  const idlers: (() => void)[] = []
  const waiting: Waiting<I, O>[] = []
  let lingering: (() => void) | undefined
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
    lingering?.()
    lingering = undefined
    ripe = false
  }

  const settle = async (batch: readonly Waiting<I, O>[]): Promise<void> => {
    try {
      const items = batch.map(({ item }) => item)
      const answers = await write(items)
      batch.forEach(({ resolve }, index) => resolve(answers[index] as O))
    } catch (error) {
      if (batch.length > 1 && !isWebhooksError(error, 'STORAGE_UNAVAILABLE'))
        for (const each of batch) await settle([each])
      else for (const { reject } of batch) reject(error)
    }
  }

  const send = async (batch: readonly Waiting<I, O>[]): Promise<void> => {
    await settle(batch)
    underWay -= 1
    if (eager && underWay === 0 && waiting.length > 0) ripe = true
    leave()
    if (underWay === 0 && waiting.length === 0) for (const resolve of idlers.splice(0)) resolve()
  }

  return {
    add: (item) =>
      new Promise<O>((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        if (waiting.length >= maxSize) leave()
        else if (!lingering) {
          const ripen = () => {
            ripe = true
            leave()
          }
          lingering = lingerMs === 0 || (eager && underWay === 0) ? atOnce(ripen) : delayed(ripen, lingerMs)
        }
      }),
    idle: () =>
      underWay === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => idlers.push(resolve)),
  }
}

const delayed = (work: () => void, ms: number): (() => void) => {
  const timer = setTimeout(work, ms)
  return () => clearTimeout(timer)
}

const atOnce = (work: () => void): (() => void) => {
  const immediate = setImmediate(work)
  return () => clearImmediate(immediate)
}
