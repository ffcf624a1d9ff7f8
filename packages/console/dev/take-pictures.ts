/** Takes the pictures of docs/console.md: every page, in light and in dark. */
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { launch } from '../test/browser.js'
import { serve } from '../test/mounts.js'
import { pagesOf, stocked } from '../test/world.js'

const folder = fileURLToPath(new URL('../../../docs/console/', import.meta.url))
mkdirSync(folder, { recursive: true })
const given = await stocked()
const served = await serve(given.webhooks)
const browser = await launch()
for (const colorScheme of ['light', 'dark'] as const) {
  const page = await browser.newPage({ viewport: { width: 1040, height: 720 }, colorScheme })
  for (const [name, at] of Object.entries(await pagesOf(given))) {
    await page.goto(`${served.url}#/${at}`)
    await page.locator('h1').first().waitFor()
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: `${folder}${name}-${colorScheme}.png` })
  }
}
await browser.close()
await served.close()
await given.webhooks.stop()
