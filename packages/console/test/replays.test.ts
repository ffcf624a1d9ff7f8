import { describe, expect, it } from 'vitest'
import { BROWSER, hasBrowser } from './browser.js'
import { useConsole } from './use-console.js'
import { stocked } from './world.js'

describe.skipIf(!hasBrowser)(`the console ${BROWSER}`, () => {
  const open = useConsole()

  it('counts what was given up, asks, sends it again, and tells how far that is', async () => {
    const { webhooks } = await stocked()
    const { page } = await open(webhooks, { at: 'given-up' })
    await page.getByRole('button', { name: 'Send all that match again …' }).click()
    const dialog = page.getByRole('dialog', { name: 'Send 6 deliveries again?' })
    await dialog.getByRole('button', { name: 'Send 6 deliveries again' }).click()
    await page.getByRole('heading', { name: 'Replay' }).waitFor()
    await expect.poll(() => page.url()).toContain('#/replays/rpl_')
    await webhooks.start()
    await page.locator('h1 .chip', { hasText: 'Done' }).waitFor()
    await page.getByText('6 of 6 deliveries looked at, 6 sent again.').waitFor()
    await page.getByRole('link', { name: 'Replays' }).click()
    await page.getByText('6 of 6').waitFor()
  })

  it('sends again by a time what one endpoint missed, and stops that', async () => {
    const { webhooks, ids } = await stocked()
    await webhooks.subscriptions.resume(ids.paused)
    const { page } = await open(webhooks, { at: `replays?dialog=new&subscriptionId=${ids.paused}` })
    await page.getByRole('combobox', { name: 'What' }).selectOption('What was never made for it')
    await page.getByRole('button', { name: 'Count, then ask' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send 6 deliveries again' }).click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Leave 6 deliveries unsent' }).click()
    await page.locator('h1 .chip', { hasText: 'Stopped' }).waitFor()
  })

  it('says what is lost before it switches an endpoint off, and tells off from paused', async () => {
    const { webhooks, ids } = await stocked()
    const { page } = await open(webhooks, { at: `endpoints/${ids.limited}` })
    await page.getByText('1 delivery', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Switch off' }).click()
    await page.getByText(/1 delivery will be cancelled/).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Switch 1 endpoint off' }).click()
    await page.locator('h1 .chip', { hasText: /^Off$/ }).waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.locator('h1 .chip', { hasText: 'On' }).waitFor()
  })
})
