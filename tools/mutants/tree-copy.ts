import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutate, type Edit } from './mutant.js'

const SCOPE = '@swigs'

/**
 * The tree as it is now, elsewhere: its files are copied, what it has installed is linked to, and its own packages are those of
 * the copy.
 */
export class TreeCopy {
  readonly folder: string

  constructor(root: string) {
    this.folder = mkdtempSync(join(tmpdir(), 'webhooks-mutants-'))
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard']
    const listed = execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 })
    for (const path of listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path))))
      cpSync(join(root, path), join(this.folder, path))
    this.#link(join(root, 'node_modules'), join(this.folder, 'node_modules'))
    for (const group of ['packages', 'examples'])
      for (const name of readdirSync(join(root, group))) {
        const installed = join(root, group, name, 'node_modules')
        if (existsSync(installed)) this.#link(installed, join(this.folder, group, name, 'node_modules'))
      }
  }

  /** Changes files; answers how to change them back. */
  apply(edits: readonly Edit[]): () => void {
    const before = new Map<string, string>()
    for (const edit of edits) {
      const path = join(this.folder, edit.file)
      const text = readFileSync(path, 'utf8')
      if (!before.has(path)) before.set(path, text)
      writeFileSync(path, mutate(text, edit))
    }
    return () => {
      for (const [path, text] of before) writeFileSync(path, text)
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #link(from: string, to: string): void {
    mkdirSync(to, { recursive: true })
    for (const name of readdirSync(from)) {
      if (name.startsWith('.')) continue
      if (name !== SCOPE) symlinkSync(join(from, name), join(to, name))
      // Relative links, to the packages beside them.
      else cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true })
    }
  }
}
