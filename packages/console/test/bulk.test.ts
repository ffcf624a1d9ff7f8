import { describe, expect, it } from 'vitest'
import { BROWSER, hasBrowser } from './browser.js'
import { useConsole } from './use-console.js'
import { OTHER_SITE, SITE, stocked } from './world.js'

describe.skipIf(!hasBrowser)(`all that match, in the console ${BROWSER}`, () => {
  const open = useConsole()

  it('is sent again by the reason for which it was given up, and cancelled where it waits, each counted first', async () => {
    const { webhooks, ids } = await stocked()
    const { page, go } = await open(webhooks, { at: 'given-up' })
    const choice = page.getByRole('combobox', { name: 'Reason' })
    const sendAll = page.getByRole('button', { name: 'Send all that match again' })
    await choice.selectOption({ label: 'A fault on our side' })
    await page.getByText('Nothing was given up').waitFor()
    await sendAll.click()
    await page.getByText('There is nothing to send again.').waitFor()
    await choice.selectOption({ label: 'Every attempt failed' })
    await page.getByRole('link', { name: 'mailer: Every attempt failed' }).waitFor()
    await sendAll.click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send 6 deliveries again' }).click()
    await page.getByText('6 deliveries will be sent again.').waitFor()
    expect(await webhooks.stats()).toMatchObject({ failed: 0, pending: 7 })

    await go(`endpoints/${ids.ill}`)
    await page.getByRole('button', { name: 'Cancel all that match and wait' }).click()
    await page.getByRole('dialog', { name: 'Cancel 6 deliveries?' }).getByRole('button').first().click()
    expect(await webhooks.stats()).toMatchObject({ cancelled: 0, pending: 7 })
    await page.getByRole('button', { name: 'Cancel all that match and wait' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel 6 deliveries' }).click()
    await page.getByText('6 deliveries cancelled.').waitFor()
    expect(await webhooks.stats()).toMatchObject({ cancelled: 6, pending: 1 })
  })

  it('is of one site for whoever may see several, and says what goes out once more', async () => {
    const { webhooks, ids } = await stocked()
    const siteIds = [SITE, OTHER_SITE]
    await webhooks.subscriptions.update(ids.well, { filters: { siteIds } })
    const { page } = await open(webhooks, {
      extras: { scope: () => ({ siteIds }) },
      at: `endpoints/${ids.well}`,
      expected: /status of 403/,
    })
    const button = page.getByRole('button', { name: 'Send all that match again' })
    await button.click()
    await page.getByText('siteId: Name one of your sites.').waitFor()
    await page.getByLabel('Site', { exact: true }).fill(SITE)
    await page.getByLabel('Site', { exact: true }).press('Enter')
    await expect.poll(() => page.url()).toContain(`siteId=${SITE}`)
    await button.click()
    const dialog = page.getByRole('dialog', { name: 'Send 3 deliveries again?' })
    await dialog.getByText('what was delivered goes out once more').waitFor()
    await dialog.getByRole('button', { name: 'Send 3 deliveries again' }).click()
    await page.getByText('3 deliveries will be sent again.').waitFor()
    const { items } = await webhooks.deliveries.list({ subscriptionId: ids.well, status: 'pending' })
    expect(items.map(({ siteId }) => siteId)).toEqual([SITE, SITE, SITE])
  })

  it('is paused: the endpoints that are shown and on', async () => {
    const { webhooks } = await stocked()
    const { page } = await open(webhooks, { at: 'endpoints' })
    await page.getByRole('button', { name: 'Pause the 4 endpoints shown' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Pause 3 endpoints' }).click()
    await page.getByText('3 endpoints paused.').waitFor()
    const { items } = await webhooks.subscriptions.list()
    expect(items.map(({ state }) => state).sort()).toEqual(['off', 'paused', 'paused', 'paused'])
  })

  it('is not offered to whoever may not', async () => {
    const { webhooks, ids } = await stocked()
    const can = (_request: unknown, { route }: { route: string }) => !/All/.test(route)
    const { page, go } = await open(webhooks, { at: 'endpoints', extras: { can } })
    await page.getByRole('link', { name: 'mailer' }).waitFor()
    await go(`endpoints/${ids.ill}`)
    await page.getByRole('heading', { name: 'Deliveries' }).waitFor()
    await page.getByRole('link', { name: 'order.created' }).first().waitFor()
    expect(await page.getByRole('button', { name: /all that match/ }).count()).toBe(0)
  })
})
