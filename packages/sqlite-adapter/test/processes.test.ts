import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeProcesses } from '../../../tools/process-harness/describe-processes.js'
import { openStorage } from './open-storage.js'

describeProcesses('one SQLite file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-processes-'))
  const location = join(folder, 'webhooks.db')
  return {
    storageModule: new URL('open-storage.ts', import.meta.url).href,
    location,
    open: () => openStorage(location),
    cleanup: () => rm(folder, { recursive: true }),
  }
})
