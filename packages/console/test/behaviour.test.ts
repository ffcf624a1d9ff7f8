import { describe, expect, it } from 'vitest'
import { BROWSER, hasBrowser } from './browser.js'
import { useConsole } from './use-console.js'
import { BIG_NUMBER, dispatcherFor, OTHER_SITE, SITE, stocked } from './world.js'

describe.skipIf(!hasBrowser)(`the console ${BROWSER}`, () => {
  const open = useConsole()

  it('is worked by keys: rows, pages, filters, help', async () => {
    const { webhooks } = await stocked()
    const { page } = await open(webhooks, { at: 'given-up' })
    await page.locator('[data-row]').first().waitFor()
    const chosen = page.locator('td.select input:checked')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await expect.poll(() => chosen.count()).toBe(1)
    const second = page.locator('tr:has([data-row])').nth(1).locator('input')
    await expect.poll(() => second.isChecked()).toBe(true)
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    await page.waitForURL(/#\/deliveries\//)
    await page.getByText('given up after 1 attempt').first().waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('v')
    await page.getByRole('heading', { name: 'Events' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('order.paid')
    await page.keyboard.press('Enter')
    await page.getByText('No events').waitFor()
    await page.getByRole('heading', { name: 'Events' }).click()
    await page.keyboard.press('Escape')
    await page.locator('main').press('?')
    await page.getByRole('dialog', { name: 'Keys' }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  })

  it('asks again five seconds after the last answer, not while it is hidden, and not when that is switched off', async () => {
    const { webhooks } = dispatcherFor()
    const { page } = await open(webhooks)
    await page.clock.install()
    await page.reload()
    let asked = 0
    page.on('request', (request) => {
      if (request.url().endsWith('/stats')) asked += 1
    })
    const answered = () => page.waitForResponse((response) => response.url().endsWith('/stats'))
    await page.getByText('Due now').waitFor()
    asked = 0
    const first = answered()
    await page.clock.fastForward(5_100)
    await first
    expect(asked).toBe(1)

    const hide = (isHidden: boolean) =>
      page.evaluate(
        `Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });` +
          `document.dispatchEvent(new Event('visibilitychange'))`,
      )
    await hide(true)
    await page.clock.fastForward(60_000)
    expect(asked).toBe(1)
    const back = answered()
    await hide(false)
    await back
    expect(asked).toBe(2)

    await page.getByRole('switch', { name: 'Refresh by itself' }).uncheck()
    await expect.poll(() => page.getByRole('switch').isChecked()).toBe(false)
    // Switching it off asks once more, for what is now shown to be of now.
    await page.getByText('Due now').waitFor()
    await page.waitForLoadState('networkidle')
    const before = asked
    await page.clock.fastForward(60_000)
    expect(asked).toBe(before)
    const byKey = answered()
    await page.keyboard.press('r')
    await byKey
  })

  it('shows numbers as they are stored, and copies a request as a command with its secrets masked', async () => {
    const { webhooks } = await stocked({ events: undefined })
    const { page } = await open(webhooks, { at: 'send', permissions: ['clipboard-read', 'clipboard-write'] })
    await page.getByLabel('Type').fill('order.counted')
    await page.getByLabel('Data, as JSON').fill('{"n": 12345678901234567890.0}')
    await page.getByRole('combobox', { name: 'To' }).selectOption('workflow')
    await page.getByRole('button', { name: 'Send to workflow' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Send 1 event' }).click()
    await page.getByRole('link', { name: 'See the delivery' }).click()
    await page.getByRole('button', { name: 'Copy as curl' }).click()
    await page.getByText('Copied.').waitFor()
    const command = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(command).toMatch(/^curl -X POST 'https:\/\/workflow\.example\.com\/hooks\/cms'/)
    expect(command).toContain("-H 'X-Webhook-Signature: ********'")
    expect(command).not.toContain('planted-credential')
  })

  it('never reads a body and writes it anew: what it shows is what came', async () => {
    const { webhooks } = await stocked()
    const event = (await webhooks.events.list()).items[0]
    const body = `{"id":"x","n":${BIG_NUMBER},"e":1E400,"deep":${'['.repeat(3_000)}${']'.repeat(3_000)},"same":1,"same":2}`
    const { page } = await open(webhooks, { at: 'overview' })
    await page.route('**/events/evt_*', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...((await response.json()) as object), body } })
    })
    await page.goto(`${page.url().split('#')[0]}#/events/${event?.id}`)
    await page.getByText(BIG_NUMBER).waitFor()
    await page.getByText('1E400').waitFor()
    await expect.poll(() => page.getByText('"same":').count()).toBe(2)
    await expect.poll(() => page.locator('.json .line').count()).toBeLessThan(50)
    await page.getByRole('button', { name: 'As stored' }).click()
    await expect.poll(() => page.locator('.body pre').textContent()).toBe(body)
  })

  it('folds a body of a megabyte, and shows it in parts', async () => {
    const { webhooks } = await stocked({ maxPayloadBytes: 4_000_000, events: undefined })
    const items = Array.from({ length: 20_000 }, (_none, n) => ({ sku: `MUG-${n}`, text: 'x'.repeat(20) }))
    const { id } = await webhooks.dispatch('order.counted', { items, long: 'y'.repeat(300_000) })
    const { page } = await open(webhooks, { at: `events/${id}` })
    await page.getByText(/As it is stored and sent, 1\.\d MB/).waitFor()
    await expect.poll(() => page.locator('.json .line').count()).toBeLessThan(300)
    await page.getByText('300,002 characters').waitFor()
    await page.getByRole('button', { name: 'Unfold "items": ' }).click()
    await page.getByText('"MUG-0"').waitFor()
    await page.getByRole('button', { name: 'Show more lines' }).click()
    await expect.poll(() => page.locator('.json .line').count()).toBeGreaterThan(500)
    await page.getByRole('button', { name: 'As stored' }).click()
    await page.getByRole('button', { name: /Show more: .* characters are left/ }).waitFor()
  })

  it('says when there is nothing yet', async () => {
    const { webhooks } = dispatcherFor()
    const { page, go } = await open(webhooks)
    await page.getByText('All is well').waitFor()
    for (const [at, text] of [
      ['endpoints', 'No endpoints yet'],
      ['events', 'No events'],
      ['given-up', 'Nothing was given up'],
      ['nowhere', 'There is no such page'],
    ] as const) {
      await go(at)
      await page.getByText(text).waitFor()
    }
  })

  it('says what went wrong, keeps what it had, and tries again', async () => {
    const { webhooks } = await stocked()
    const { page, go } = await open(webhooks, {
      expected: /status of (404|503)|ERR_FAILED/,
      at: 'endpoints/nobody',
    })
    await page.getByText('Not found').waitFor()
    await page.route('**/api/webhooks/events?**', (route) =>
      route.fulfill({ status: 503, json: { message: 'Storage is not available just now; try again' } }),
    )
    await go('events')
    await page.getByText('Storage is not available just now').waitFor()
    await page.unroute('**/api/webhooks/events?**')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('link', { name: 'order.created' }).first().waitFor()
    await page.route('**/api/webhooks/events?**', (route) => route.abort())
    await page.getByRole('heading', { name: 'Events' }).click()
    await page.keyboard.press('r')
    await page.getByText('What is shown is not new: No answer came.').waitFor()
    await expect.poll(() => page.getByRole('link', { name: 'order.created' }).count()).toBeGreaterThan(0)
  })

  it('offers what may be done, and nothing else', async () => {
    const { webhooks, ids } = await stocked()
    const extras = {
      allowSend: false,
      can: (_request: unknown, { method }: { method: string }) => method === 'GET',
    }
    const { page, go } = await open(webhooks, { extras, at: `endpoints/${ids.ill}` })
    await page.getByRole('heading', { name: 'mailer' }).waitFor()
    await expect.poll(() => page.locator('.actions button').count()).toBe(0)
    await page.getByText('All settings').click()
    await expect.poll(() => page.getByRole('button', { name: 'Save' }).count()).toBe(0)
    await expect.poll(() => page.getByRole('link', { name: 'Send' }).count()).toBe(0)
    await go('given-up')
    await page.getByText('Who, and why').waitFor()
    await expect.poll(() => page.locator('.actions button').count()).toBe(0)
    await go('send')
    await page.getByText('You may not see this').waitFor()
  })

  it('shows one site what is of that site, and says that it is one', async () => {
    const { webhooks } = await stocked()
    await webhooks.subscriptions.create({
      appName: 'of-our-site',
      url: 'https://ours.example.com/',
      events: ['*'],
      filters: { siteIds: [SITE] },
    })
    const { page, go } = await open(webhooks, {
      extras: { scope: () => ({ siteIds: [SITE] }) },
      at: 'endpoints',
      expected: /status of 404/,
    })
    await page.getByRole('link', { name: 'of-our-site' }).waitFor()
    await expect.poll(() => page.locator('[data-row]').count()).toBe(1)
    await page.getByText('One site', { exact: true }).waitFor()
    await go('overview')
    await page.getByText('How much there is to do is counted over all sites').waitFor()
    await go(`events?siteId=${OTHER_SITE}`)
    await page.getByText('No events').waitFor()
  })

  it('pages through what is much, by the address', async () => {
    const { webhooks } = dispatcherFor({ events: undefined })
    for (let n = 0; n < 130; n += 1) await webhooks.dispatch('order.counted', { n })
    const { page } = await open(webhooks, { at: 'events' })
    const ids = async () => page.locator('code.id').allTextContents()
    await page.locator('[data-row]').first().waitFor()
    const first = await ids()
    await page.getByRole('button', { name: 'Older' }).click()
    await expect.poll(ids).not.toEqual(first)
    await page.getByRole('button', { name: 'Older' }).click()
    await expect.poll(async () => (await ids()).length).toBe(30)
    await expect.poll(() => page.url()).toContain('cursor=')
    await expect.poll(() => page.getByRole('button', { name: 'Older' }).isDisabled()).toBe(true)
    await page.reload()
    await expect.poll(async () => (await ids()).length).toBe(30)
    await page.getByRole('button', { name: 'Newest' }).click()
    await expect.poll(ids).toEqual(first)
  })
})
