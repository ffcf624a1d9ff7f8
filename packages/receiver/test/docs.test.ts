import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { TABLE } from './requests.js'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

/** The cells of each line of the first table below a heading. */
const tableBelow = (text: string, heading: string): string[][] => {
  const [, below = ''] = text.split(`\n${heading}\n`)
  const [, table = ''] = /\n(\|[^]*?\|)\n\n/.exec(below) ?? []
  const lines = table.split('\n').map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
  return lines.slice(2)
}

/** What a sender makes of a status, as `spec/README.md` has it under "Response". */
const senderOn = (status: number): string => {
  if (status < 300) return 'is done'
  return status >= 500 || [408, 425, 429].includes(status) ? 'comes again' : 'gives up'
}

it('docs/http.md shows every class of request that the mounts are held to, and none more', () => {
  const expected = TABLE.map(({ request, status, headers = {}, body }) => {
    const named = Object.entries(headers).map(([name, value]) => `\`${name}: ${value}\``)
    return [request, [status, ...named].join(', '), `\`${JSON.stringify(body)}\``, senderOn(status)]
  })
  expect(tableBelow(read('docs/http.md'), '## Receiving')).toEqual(expected)
})

it('ARCHITECTURE.md names each file that a request passes once, and no other', () => {
  const [, walk = ''] =
    /## The walk of one request into the receiver\n([^]*?)\n\n`tracing/.exec(read('ARCHITECTURE.md')) ?? []
  const files = [...walk.matchAll(/`((?:protocol\/src\/)?[a-z-]+\.ts)`/g)].map(([, name = '']) =>
    name.startsWith('protocol/') ? `packages/${name}` : `packages/receiver/src/${name}`,
  )
  expect(files.length).toBeGreaterThan(15)
  expect(new Set(files).size).toBe(files.length)
  for (const file of files) expect(() => read(file)).not.toThrow()
})
