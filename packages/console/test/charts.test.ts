import { describe, expect, it } from 'vitest'
import { BROWSER, hasBrowser } from './browser.js'
import { useConsole } from './use-console.js'
import { stocked } from './world.js'

describe.skipIf(!hasBrowser)(`the console ${BROWSER}`, () => {
  const open = useConsole()

  it('draws what came of the attempts of an endpoint, with a table behind each chart, over the time that is asked for', async () => {
    const { webhooks, ids } = await stocked()
    const { page } = await open(webhooks, { at: `endpoints/${ids.ill}` })
    await page.locator('h1 .chip', { hasText: 'Failing for' }).waitFor()
    await expect.poll(() => page.locator('.plot canvas').count()).toBe(3)
    const failed = page.locator('figure', { hasText: 'Failed, by class' })
    await failed.getByText('As a table').click()
    await failed.getByRole('columnheader', { name: 'refused' }).waitFor()
    const numbers = async () => (await failed.locator('td').allTextContents()).map(Number)
    await expect.poll(async () => (await numbers()).reduce((sum, one) => sum + one, 0)).toBe(6)
    expect((await numbers()).length).toBeGreaterThanOrEqual(60)
    await page.getByRole('link', { name: '24 h' }).click()
    await expect.poll(async () => (await numbers()).length).toBeLessThan(30)
    await expect.poll(() => page.url()).toContain('range=24')
    await expect.poll(async () => (await numbers()).reduce((sum, one) => sum + one, 0)).toBe(6)
  })

  it('shows a day of each endpoint in the list, and how it goes on the overview, the ill ones first', async () => {
    const { webhooks } = await stocked()
    const { page, go } = await open(webhooks, { at: 'endpoints' })
    await page.getByRole('img', { name: 'In 24 hours 0 attempts delivered, 6 attempts failed' }).waitFor()
    await go('overview')
    await page.getByText('95 of 100 take (p95)').waitFor()
    const failed = page.locator('.tile', { hasText: 'Failed a minute' }).locator('.value')
    await expect.poll(() => failed.textContent()).toBe('1.2')
    await expect.poll(() => page.locator('[data-row]').first().textContent()).toBe('mailer')
  })
})
