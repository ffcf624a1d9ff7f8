import { setImmediate as turn } from 'node:timers/promises'
import { verbsOf } from '../../core/verbs-of.js'
import type { Storage } from '../../ports/storage/storage.js'
import { fakeClock } from '../fake-clock.js'

/** Short against any bound that is measured with it, ms: by so much time may run ahead of the storage. */
export const STEP_MS = 50
const TURNS = 20

const NOUNS = ['subscriptions', 'events', 'lanes', 'deliveries', 'replays', 'metrics', 'maintenance'] as const

/** A fake clock that goes on only when storages have answered what they were asked: they may take as long as they like. */
export const steppedClock = () => {
  const clock = fakeClock()
  let asked = 0

  const counting = <G extends object>(verbs: G): G =>
    Object.fromEntries(
      verbsOf(verbs).map((verb) => [
        verb,
        async (...input: unknown[]) => {
          asked += 1
          try {
            return await (Reflect.get(verbs, verb) as (...input: unknown[]) => Promise<unknown>).apply(
              verbs,
              input,
            )
          } finally {
            asked -= 1
          }
        },
      ]),
    ) as G

  /** Resolves when nothing is asked any more, and nobody has anything to ask. */
  const idle = async () => {
    for (let turns = 0; turns < TURNS; turns += 1) {
      await turn()
      if (asked > 0) turns = 0
    }
  }

  return {
    clock,
    /** A storage that is open, and is left so, whose answers the clock waits for. */
    waitsFor: (storage: Storage): Storage => {
      const nouns = Object.fromEntries(NOUNS.map((noun) => [noun, counting(storage[noun])])) as Pick<
        Storage,
        (typeof NOUNS)[number]
      >
      return {
        name: storage.name,
        open: async () => undefined,
        close: async () => undefined,
        now: () => storage.now(),
        ...(storage.newSubscriptionId && { newSubscriptionId: storage.newSubscriptionId.bind(storage) }),
        ...nouns,
      }
    },
    advance: async (ms: number): Promise<void> => {
      for (let gone = 0; gone < ms; gone += STEP_MS) {
        await idle()
        await clock.advance(Math.min(STEP_MS, ms - gone))
      }
      await idle()
    },
  }
}
