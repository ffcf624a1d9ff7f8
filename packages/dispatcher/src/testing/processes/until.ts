import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 100
/** Thirty seconds of looks: a machine that has no time to look has none to make progress either. */
const QUIET_LOOKS = 300

/**
 * Waits for as long as it takes, and gives up once nothing has moved for thirty seconds: no total that a busy machine could pass.
 * @param moved anything that differs after each step forward
 * @throws Error with `what` in it when nothing moves
 */
export const until = async (what: string, done: () => boolean, moved: () => unknown): Promise<void> => {
  let last = moved()
  let quiet = 0
  while (!done()) {
    await sleep(LOOK_EVERY_MS)
    const now = moved()
    quiet = now === last ? quiet + 1 : 0
    last = now
    if (quiet >= QUIET_LOOKS) throw new Error(`${what}: nothing has moved for 30 s, at ${String(now)}`)
  }
}
