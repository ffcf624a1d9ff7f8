import { threadCodePlugin } from '../dev/bundle-thread.js'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SharedStorage } from '@swigs/webhooks-dispatcher/processes'
import { openStorage } from './open-storage.js'

/** A file that several processes open. */
export const sharedFile = async (): Promise<SharedStorage> => {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-processes-'))
  const location = join(folder, 'webhooks.db')
  return {
    storageModule: new URL('open-storage.ts', import.meta.url).href,
    location,
    external: ['libsql'],
    plugins: [threadCodePlugin()],
    open: () => openStorage(location),
    cleanup: () => rm(folder, { recursive: true }),
  }
}
