import { execFileSync } from 'node:child_process'

/** Whose processes and files a server's are; empty where this process's own user will do. */
export interface Owner {
  readonly uid?: number
  readonly gid?: number
}

/** PostgreSQL refuses to run as root: a run as root, as in most containers, has its servers belong to `nobody`. */
export const serverOwner = (): Owner => {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
