import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import type { WorkerSettings } from '@swigs/webhooks-dispatcher/processes'
import { tempered } from '../temper.js'

export { ownOptions } from '../temper.js'

export const openStorage = async (file: string, settings?: WorkerSettings) =>
  tempered(sqliteStorage({ file }), settings)
