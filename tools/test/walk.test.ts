import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

it('the walk of one event in ARCHITECTURE names files that are there, and none twice', () => {
  const text = readFileSync(`${root}ARCHITECTURE.md`, 'utf8')
  const [, walk = ''] = /## The walk of one event[^]*?(1\. [^]*?)\n\n`flow\/drain/.exec(text) ?? []
  const files = [...walk.matchAll(/`([a-z-]+(?:\/[a-z-]+)*\.ts)`/g)].map(([, name = '']) => name)
  expect(files.length).toBeGreaterThan(20)
  expect(files.filter((name) => !existsSync(`${root}packages/dispatcher/src/${name}`))).toEqual([])
  expect(files.filter((name, index) => files.indexOf(name) !== index)).toEqual([])
})
