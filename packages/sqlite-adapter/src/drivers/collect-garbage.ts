import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * libsql keeps a closed file open until every statement that was prepared on it is collected: its log would stay, and whoever
 * has put another file in its place would lose that one's log to the late closing. So they are collected now.
 */
export const collectGarbage = (): void => {
  try {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as () => void
    setFlagsFromString('--no-expose-gc')
    gc()
  } catch {
    // A runtime that cannot be told: the file is let go of later.
  }
}
