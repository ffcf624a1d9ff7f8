import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { threadCodePlugin } from '../../../packages/sqlite-adapter/dev/bundle-thread.js'
import type { Random } from '../random.js'
import { openStorage } from './sqlite-module.js'
import type { StoreTrouble, TortureBed, TortureStore } from './store.js'

const SCRIPT = fileURLToPath(new URL('run-sql.mjs', import.meta.url))
const SMALL_DISK = '200m'

/** Runs one statement and, after a time, another, in a process of its own. */
const runSql = (file: string, before: string, ms: number, after: string) =>
  promisify(execFile)(process.execPath, [SCRIPT, file, before, String(ms), after])

const broken = (change: string, victim: string) =>
  `UPDATE subscriptions SET record = ${change} WHERE id = '${victim}'`

const troublesOf = (file: string): StoreTrouble[] => [
  {
    name: 'the file is locked by another',
    weight: 3,
    run: async (random) => void (await runSql(file, 'BEGIN IMMEDIATE', random.int(200, 6_500), 'COMMIT')),
  },
  {
    name: 'a row is broken, and mended',
    weight: 3,
    run: async (random, victim) => {
      const ms = random.int(200, 2_000)
      await runSql(file, broken("'{' || record", victim), ms, broken('substr(record, 2)', victim))
    },
  },
  {
    name: 'the file is moved away and back',
    weight: 2,
    nobodyOpens: true,
    run: async (random) => {
      renameSync(file, `${file}.away`)
      await sleep(random.int(100, 2_000))
      renameSync(`${file}.away`, file)
    },
  },
]

const fullDisk = (folder: string): StoreTrouble => ({
  name: 'the disk is full',
  weight: 3,
  run: async (random) => {
    const filler = join(folder, 'filler')
    const { bavail, bsize } = statfsSync(folder)
    try {
      writeFileSync(filler, Buffer.alloc(Math.max(0, (bavail - random.int(0, 30)) * bsize)))
    } catch {
      // Somebody was faster: it is full.
    }
    await sleep(random.int(300, 3_000))
    rmSync(filler)
  },
})

/** A disk of its own, which can be full; `null` where this process may not mount one. */
const mountSmallDisk = (folder: string): (() => void) | null => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK}`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return null
  }
  return () => execFileSync('umount', ['-l', folder])
}

const fresh = async (random: Random): Promise<TortureStore> => {
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-torture-'))
  // On a disk in memory, and as often on the machine's own, where writes take their time.
  const unmount = random.int(0, 1) === 0 ? mountSmallDisk(folder) : null
  const file = join(folder, 'webhooks.db')
  return {
    shared: {
      storageModule: new URL('sqlite-module.ts', import.meta.url).href,
      location: file,
      external: ['libsql'],
      plugins: [threadCodePlugin()],
      open: () => openStorage(file),
      cleanup: async () => {
        unmount?.()
        rmSync(folder, { recursive: true, force: true })
      },
    },
    troubles: [...troublesOf(file), ...(unmount ? [fullDisk(folder)] : [])],
  }
}

export const sqliteBed = async (): Promise<TortureBed> => ({
  kind: 'SQLite, one file',
  ownClock: false,
  exactStatistics: true,
  fresh,
  stop: async () => undefined,
})
