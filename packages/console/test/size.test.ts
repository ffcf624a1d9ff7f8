import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { consoleAssets } from '../src/index.js'

it('the whole console is at most 60 kB, gzipped', () => {
  const files = [...consoleAssets()].filter(([name]) => name !== 'licenses.txt')
  const bytes = files.map(([, { text }]) => gzipSync(text).length).reduce((sum, length) => sum + length, 0)
  expect(files).toHaveLength(3)
  expect(bytes).toBeGreaterThan(10_000)
  expect(bytes).toBeLessThanOrEqual(60_000)
})

it('has nothing inline, nothing from elsewhere, and names that change with what is in them', () => {
  const assets = consoleAssets()
  const page = assets.get('index.html')
  expect(page).toMatchObject({ contentType: 'text/html; charset=utf-8', hasHash: false })
  expect(page?.text).not.toMatch(/<style|style=|\son\w+=|javascript:/)
  const referred = [...(page?.text ?? '').matchAll(/(?:src|href)="(?!data:)([^"]*)"/g)].map(
    ([, name]) => name,
  )
  expect(referred).toHaveLength(2)
  for (const name of referred) expect(assets.get(name ?? '')).toMatchObject({ hasHash: true })
  const code = [...assets].filter(([name]) => /\.(js|css)$/.test(name)).map(([, { text }]) => text)
  for (const text of code) expect(text).not.toMatch(/sourceMappingURL|@import|url\(/)
})

it('says whose work is in it', () => {
  expect(consoleAssets().get('licenses.txt')?.text).toMatch(/preact[^]*signals[^]*uplot/)
})
