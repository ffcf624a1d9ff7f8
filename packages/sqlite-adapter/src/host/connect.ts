import type { Logger } from '@swigs/webhooks-dispatcher'
import type { EngineSettings } from '../engine/messages.js'
import type { Link, Listener } from './link.js'
import { localLink } from './local-link.js'
import { threadLink } from './thread-link.js'

/** Where the engine runs: `true`: in a thread or not at all; `'auto'`: beside the app where no thread can be had. */
export type ThreadChoice = 'auto' | boolean

/** Chooses once: where no thread could be had there will be none later, and it is said once. */
export const connector = (
  choice: ThreadChoice,
  logger: Logger | undefined,
): ((settings: EngineSettings, listener: Listener) => Promise<Link>) => {
  let local = choice === false
  let ready = false
  return async (settings, listener) => {
    if (local) return localLink(settings, listener)
    try {
      const link = await threadLink(settings, listener)
      ready = true
      return link
    } catch (error) {
      if (choice === true || ready) throw error
      local = true
      logger?.warn(
        { file: settings.file, reason: (error as Error).message },
        'SQLite has no thread of its own here and runs in this one: slow disks and long locks hold it up',
      )
      return localLink(settings, listener)
    }
  }
}
