import type { Storage } from '@swigs/webhooks-dispatcher'
import { sqliteStorage } from '../src/sqlite-storage.js'

/** How another process opens the storage under test. */
export const openStorage = async (file: string): Promise<Storage> => sqliteStorage({ file })
