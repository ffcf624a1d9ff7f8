import { describe, expect, it } from 'vitest'
import { testSize } from '../../../tools/test-size.js'
import { BROWSER, hasBrowser } from './browser.js'
import { MOUNTS } from './mounts.js'
import { settled, useConsole } from './use-console.js'
import { stocked } from './world.js'

/** In the short form every page's main path is walked where the most is between it and the browser, and each mount is looked at. */
const walked = Object.entries(MOUNTS).filter(([name]) => testSize === 'long' || /proxy/.test(name))

describe.skipIf(!hasBrowser)(`the console ${BROWSER}`, () => {
  const open = useConsole()

  it.each(Object.entries(MOUNTS))(
    'is served, and reads and changes what there is, on %s',
    async (_name, mount) => {
      const { webhooks } = await stocked()
      const { page } = await open(webhooks, { mount })
      await settled(page)
      await page.getByRole('link', { name: 'mailer' }).click()
      await page.getByRole('heading', { name: 'mailer' }).waitFor()
      await page.getByRole('button', { name: 'Pause' }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Pause/ })
        .click()
      await page.locator('h1 .chip', { hasText: 'Paused' }).waitFor()
      const { items } = await webhooks.subscriptions.list()
      expect(items.filter(({ pausedAt }) => pausedAt !== null).map(({ appName }) => appName)).toContain(
        'mailer',
      )
    },
  )

  describe.each(walked)('on %s', (_name, mount) => {
    it('leads from the overview to an ill endpoint, to one delivery, and sends it again', async () => {
      const { webhooks } = await stocked()
      const { page } = await open(webhooks, { mount })
      await page.getByRole('link', { name: 'mailer' }).click()
      await page.getByRole('heading', { name: 'mailer' }).waitFor()
      await page.getByText('6 × The receiver answered 503').waitFor()
      await page.getByRole('link', { name: 'order.created' }).first().click()
      await page.waitForURL(/#\/deliveries\//)
      await page.getByText('The receiver answered 503; given up after 1 attempt.').first().waitFor()
      await page.getByText('<html><body>503: down for repair</body></html>').waitFor()
      await page.getByRole('button', { name: 'Send again' }).click()
      const dialog = page.getByRole('dialog', { name: 'Send 1 delivery again?' })
      await dialog.getByRole('button', { name: 'Send 1 delivery again' }).click()
      await page.getByText('It is sent again.').waitFor()
      await page.locator('h1 .chip', { hasText: 'Waiting' }).waitFor()
      await expect.poll(async () => (await webhooks.stats()).failed).toBe(5)
    })

    it('makes an endpoint, shows its secret once, changes it, pauses, resumes and removes it', async () => {
      const { webhooks } = await stocked()
      const { page } = await open(webhooks, { mount, at: 'endpoints', expected: /status of 400/ })
      await page.getByRole('button', { name: 'New endpoint' }).click()
      await page.getByLabel('Name', { exact: true }).fill('crm')
      await page.getByRole('textbox', { name: 'Address' }).fill('http://crm.example.com/')
      await page.getByRole('button', { name: 'Make it' }).click()
      await page.locator('.field.wrong .issue').waitFor()
      await page.getByRole('textbox', { name: 'Address' }).fill('https://crm.example.com/in')
      await page.getByRole('button', { name: 'Make it' }).click()
      const secret = await page.getByRole('dialog').locator('.secret code').textContent()
      expect(secret).toMatch(/^[0-9a-f]{64}$/)
      await page.getByRole('button', { name: 'I have it' }).click()
      await page.getByRole('heading', { name: 'crm' }).waitFor()
      expect(await page.content()).not.toContain(secret)

      await page.getByText('Change the settings').click()
      await page.getByLabel('Description').fill('Customers')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('The settings are saved.').waitFor()

      await page.getByRole('button', { name: 'Pause' }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Pause/ })
        .click()
      await page.locator('h1 .chip', { hasText: /Paused .* by ada/ }).waitFor()
      await page.getByRole('button', { name: 'Resume' }).click()
      await page.locator('h1 .chip', { hasText: 'On' }).waitFor()
      await page.getByRole('button', { name: 'Send a test' }).click()
      await page.getByText(/The test was delivered: 200/).waitFor()

      await page.getByRole('button', { name: 'New secret' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Make a new secret' }).click()
      await page.getByText(/The one before signs beside it for 2[34]:\d\d:\d\d more/).waitFor()
      await page.getByRole('button', { name: 'I have it' }).click()

      await page.getByRole('button', { name: 'Remove' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Remove 1 endpoint' }).click()
      await page.getByRole('heading', { name: 'Endpoints' }).waitFor()
      const { items } = await webhooks.subscriptions.list()
      expect(items.map(({ appName }) => appName)).not.toContain('crm')
    })

    it('finds an event, shows its body, and sends it again to all', async () => {
      const { webhooks } = await stocked()
      const { page } = await open(webhooks, { mount, at: 'events' })
      await page.getByLabel('Type').fill('order.paid')
      await page.getByLabel('Type').press('Enter')
      await page.getByText('No events').waitFor()
      await expect.poll(() => page.url()).toContain('#/events?type=order.paid')
      await page.getByRole('button', { name: 'Clear' }).click()
      await page.getByRole('link', { name: 'order.created' }).first().click()
      await page.getByText('"ORD-1001"').waitFor()
      await page.getByRole('button', { name: 'Send again to all' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Send 3 deliveries again' }).click()
      await page.getByText('3 deliveries will be sent again.').waitFor()
      await expect.poll(async () => (await webhooks.stats()).pending).toBeGreaterThanOrEqual(3)
    })

    it('groups what was given up, and sends what is chosen again', async () => {
      const { webhooks } = await stocked()
      const { page } = await open(webhooks, { mount, at: 'given-up' })
      await page.getByRole('link', { name: 'mailer: Every attempt failed' }).waitFor()
      await page
        .getByRole('checkbox', { name: /^Choose/ })
        .first()
        .check()
      await page
        .getByRole('checkbox', { name: /^Choose/ })
        .nth(1)
        .check()
      await page.getByRole('button', { name: 'Send 2 deliveries again' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Send 2 deliveries again' }).click()
      await page.getByText('2 deliveries will be sent again.').waitFor()
      await expect.poll(async () => (await webhooks.stats()).failed).toBe(4)
    })

    it('sends an event by hand, to one, once it is as its type takes it', async () => {
      const { webhooks, transport } = await stocked()
      const { page } = await open(webhooks, { mount, at: 'send' })
      await page.getByLabel('Type').selectOption('customer.created')
      const data = page.getByLabel('Data, as JSON')
      const example = await data.inputValue()
      await data.fill('{ "email": 5')
      await page.getByText(/Not JSON/).waitFor()
      await data.fill(example.replace(/"email": ".*"/, '"email": 5'))
      await page.getByText('Expected string').waitFor()
      expect(await page.getByRole('button', { name: 'Send to all' }).isDisabled()).toBe(true)
      await data.fill(example)
      await page.getByRole('combobox', { name: 'To' }).selectOption('workflow')
      await page.getByRole('button', { name: 'Send to workflow' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Send 1 event' }).click()
      await page.getByText(/The receiver answered 200/).waitFor()
      expect(transport.requests.at(-1)?.headers['X-Webhook-Event']).toBe('customer.created')
    })
  })
})
