import { AxeBuilder } from '@axe-core/playwright'
import { describe, expect, it } from 'vitest'
import { testSize } from '../../../tools/test-size.js'
import { BROWSER, hasBrowser } from './browser.js'
import { settled, useConsole } from './use-console.js'
import { pagesOf, stocked } from './world.js'

/** In the short form each scheme and each width once. */
const LOOKS = [
  { colorScheme: 'light', width: 1200 },
  { colorScheme: 'dark', width: 1200 },
  { colorScheme: 'light', width: 360 },
  { colorScheme: 'dark', width: 360 },
] as const
const looks = testSize === 'long' ? LOOKS : [LOOKS[0], LOOKS[3]]

describe.skipIf(!hasBrowser)(`the console ${BROWSER}`, () => {
  const open = useConsole()

  it.each(looks)(
    'keeps every rule of axe on every page, $colorScheme, $width px wide',
    async ({ colorScheme, width }) => {
      const given = await stocked()
      const { page, go } = await open(given.webhooks, { colorScheme, viewport: { width, height: 800 } })
      for (const [name, at] of Object.entries(await pagesOf(given))) {
        await go(at)
        await settled(page)
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(
          violations.map(
            ({ id, nodes }) => `${name}: ${id} ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
          ),
        ).toEqual([])
        const wide = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
        expect(wide, `${name} is wider than the window`).toBeLessThanOrEqual(0)
      }
    },
  )
})
