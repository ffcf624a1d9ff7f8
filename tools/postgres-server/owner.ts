import { execFileSync } from 'node:child_process'
import type { ProgramOwner } from '../guarded-program/guarded-program.js'

/** PostgreSQL refuses to run as root: a run as root, as in most containers, has its servers belong to `nobody`. */
export const serverOwner = (): ProgramOwner => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
