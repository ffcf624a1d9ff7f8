import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { mutate } from '../mutants/mutant.js'
import { MUTANTS } from '../mutants/mutants.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(`${root}${file}`, 'utf8')

describe('a mutant', () => {
  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    '%s: changes what is there, and has its test',
    (_name, mutant) => {
      const texts = new Map<string, string>()
      for (const edit of mutant.edits) {
        const before = texts.get(edit.file) ?? read(edit.file)
        const after = mutate(before, edit)
        expect(after).not.toBe(before)
        texts.set(edit.file, after)
      }
      expect(existsSync(`${root}${mutant.caughtBy.file}`)).toBe(true)
    },
  )

  it('has a name of its own, and there are at least ten, on every storage', () => {
    const names = new Set(MUTANTS.map(({ name }) => name))
    expect(names.size).toBe(MUTANTS.length)
    expect(names.size).toBeGreaterThanOrEqual(10)
    for (const storage of ['memory:', 'sqlite:', 'mongoose:', 'postgres:'])
      expect([...names].filter((name) => name.startsWith(storage)).length).toBeGreaterThan(0)
  })

  it('whose place is gone, or is there twice, is refused by name', () => {
    const edit = { file: 'some/file.ts', find: 'here', replace: 'there' }
    expect(mutate('it is here.', edit)).toBe('it is there.')
    for (const text of ['it is gone', 'here and here'])
      expect(() => mutate(text, edit)).toThrow('some/file.ts')
  })
})
