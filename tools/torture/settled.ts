import { setTimeout as sleep } from 'node:timers/promises'
import type { Dispatcher } from '@swigs/webhooks-dispatcher'
import { isWebhooksError } from '@swigs/webhooks-protocol'
import type { Arrival } from '@swigs/webhooks-dispatcher/processes'

const LOOK_EVERY_MS = 250
/** A minute and a half of looks: longer than anything that a fleet that is well waits for. */
const QUIET_LOOKS = 360

/** Asks again while the storage is on its way back. */
export const patiently = async <T>(call: () => Promise<T>): Promise<T> => {
  for (let left = QUIET_LOOKS; ; left -= 1)
    try {
      return await call()
    } catch (error) {
      if (left === 0 || !isWebhooksError(error, 'STORAGE_UNAVAILABLE')) throw error
      await sleep(LOOK_EVERY_MS)
    }
}

/**
 * Waits until nothing is pending, for as long as something moves. What was quarantined is released, as its operator would. What is
 * left after that is for the accounts to find.
 */
export const settled = async (on: {
  readonly webhooks: Dispatcher
  readonly arrivals: readonly Arrival[]
  readonly ids: readonly string[]
}): Promise<void> => {
  for (const id of on.ids) await patiently(() => on.webhooks.subscriptions.release(id))
  let last = ''
  for (let quiet = 0; quiet < QUIET_LOOKS; await sleep(LOOK_EVERY_MS)) {
    const { pending, pendingEvents } = await patiently(() => on.webhooks.stats())
    if (pending === 0 && pendingEvents === 0) return
    const now = `${on.arrivals.length} ${pending} ${pendingEvents}`
    quiet = now === last ? quiet + 1 : 0
    last = now
  }
}
