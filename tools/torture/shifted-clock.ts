import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The clock of a host, as its processes see it. */
export interface ShiftedClock {
  /** What a process has to be started with. */
  readonly env: Readonly<Record<string, string>>
  /** From now on it is that far from the truth, ms, in all of them at once. The monotonic one goes on. */
  set(offsetMs: number): void
  remove(): void
}

/** Where the system's package `faketime` has put its library, if it is installed. */
const library = (): string | undefined =>
  ['/usr/lib', '/usr/local/lib', '/usr/lib64']
    .flatMap((folder) => [folder, ...subfolders(folder)])
    .map((folder) => join(folder, 'faketime', 'libfaketimeMT.so.1'))
    .find(existsSync)

const subfolders = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
        one.isDirectory() ? [join(folder, one.name)] : [],
      )
    : []

/** Whether clocks can be set here. */
export const canShiftClocks = (): boolean => library() !== undefined

/** A clock that can be set while processes run under it; `null` where `faketime` is not installed. */
export const shiftedClock = (): ShiftedClock | null => {
  const preload = library()
  if (preload === undefined) return null
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-clock-'))
  const file = join(folder, 'offset')
  const set = (offsetMs: number) => {
    writeFileSync(`${file}.new`, `${offsetMs < 0 ? '-' : '+'}${Math.abs(offsetMs) / 1_000}\n`)
    renameSync(`${file}.new`, file)
  }
  set(0)
  return {
    env: {
      LD_PRELOAD: preload,
      FAKETIME_TIMESTAMP_FILE: file,
      // Read at every look: a step comes to all processes at once.
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    },
    set,
    remove: () => rmSync(folder, { recursive: true }),
  }
}
