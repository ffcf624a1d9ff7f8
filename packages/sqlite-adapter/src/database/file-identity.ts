import { statSync } from 'node:fs'

/** Which file lies at a path: another one at the same path is another. `null` when there is none. */
export const identityOf = (path: string): string | null => {
  const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stat ? `${stat.dev}:${stat.ino}` : null
}
