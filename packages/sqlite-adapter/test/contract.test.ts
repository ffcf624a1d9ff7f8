import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStorage } from '@swigs/webhooks-dispatcher/contracts'
import { sqliteStorage } from '../src/sqlite-storage.js'

describeStorage('sqliteStorage', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-sqlite-'))
  const file = join(folder, 'webhooks.db')
  return {
    storage: sqliteStorage({ file }),
    reopen: async () => sqliteStorage({ file }),
    cleanup: () => rm(folder, { recursive: true }),
  }
})
