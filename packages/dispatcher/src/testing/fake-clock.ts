import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../ports/clock.js'

/** A clock that moves when it is told to. */
export interface FakeClock extends Clock {
  readonly authoritative: true
  /** Moves on by `ms`, waking sleepers in the order of their instants and letting each do its work. */
  advance(ms: number): Promise<void>
  /** How many sleep on it now. */
  readonly sleeping: number
}

/** Turns of the event loop that work gets between two instants: every batch and store call takes a few. */
const TURNS = 50

/**
 * Starts at `start` (a Date or epoch ms; default: 2026-02-01T10:00:00Z) and stands still. Retries and rate limits wait for it.
 * @example
 * const clock = fakeClock()
 * const webhooks = createDispatcher({ storage: memoryStorage(), transport: recordingTransport(() => 503), clock })
 * await webhooks.dispatch('order.created', data)
 * await webhooks.drain()
 * await clock.advance(66_000) // the first retry is due after a minute, and jitter
 * await webhooks.drain()
 */
export const fakeClock = (start: Date | number = Date.UTC(2026, 1, 1, 10)): FakeClock => {
  const sleepers = new Set<{ until: number; wake: () => void }>()
  let now = Number(start)
  const begin = now

  const settle = async () => {
    for (let count = 0; count < TURNS; count += 1) await turn()
  }

  return {
    authoritative: true,
    now: () => now,
    monotonic: () => now - begin,
    sleep: (ms, signal) => {
      if (ms <= 0 || signal?.aborted) return Promise.resolve()
      return new Promise<void>((resolve) => {
        const sleeper = {
          until: now + ms,
          wake: () => {
            sleepers.delete(sleeper)
            signal?.removeEventListener('abort', sleeper.wake)
            resolve()
          },
        }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', sleeper.wake, { once: true })
      })
    },
    advance: async (ms) => {
      const end = now + ms
      await settle()
      for (;;) {
        const next = [...sleepers].filter(({ until }) => until <= end).sort((a, b) => a.until - b.until)[0]
        if (!next) break
        now = Math.max(now, next.until)
        next.wake()
        await settle()
      }
      now = end
      await settle()
    },
    get sleeping() {
      return sleepers.size
    },
  }
}
