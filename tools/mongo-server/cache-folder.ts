import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** What is fetched or built once and kept for later runs, of this checkout or another: `~/.cache/swigs-webhooks`. */
export const cacheFolder = (): string => {
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'swigs-webhooks')
  mkdirSync(folder, { recursive: true })
  return folder
}
