import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { ManagedDispatcher } from '@swigs/webhooks-admin'
import { launch, openPage, type PageOptions, type Watched } from './browser.js'
import { serve, type Extras, type Served } from './mounts.js'

type Mount = (webhooks: ManagedDispatcher, extras?: Extras) => Promise<Served>
type Dispatcher = ManagedDispatcher & { stop(): Promise<void> }

/** What a test opens the console with. */
export type Opening = PageOptions & {
  readonly mount?: Mount
  readonly extras?: Extras
  /** Behind `#/`. */
  readonly at?: string
}

/** A browser for the tests of a file, and a console for each. */
export const useConsole = () => {
  let browser: Browser
  const opened: { served: Served; watched: Watched; webhooks: Dispatcher }[] = []
  beforeAll(async () => {
    browser = await launch()
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    for (const { served, watched, webhooks } of opened.splice(0)) {
      await watched.done()
      await served.close()
      await webhooks.stop()
    }
  })

  return async (
    webhooks: Dispatcher,
    { mount = serve, extras = {}, at = '', ...options }: Opening = {},
  ): Promise<{ page: Page; url: string; go: (at: string) => Promise<void> }> => {
    const served = await mount(webhooks, extras)
    const watched = await openPage(browser, options)
    opened.push({ served, watched, webhooks })
    const { page } = watched
    const go = async (where: string) => void (await page.goto(`${served.url}#/${where}`))
    await go(at)
    return { page, url: served.url, go }
  }
}

/** Resolves when a page shows what it is about: nothing is being loaded. */
export const settled = async (page: Page): Promise<void> => {
  await page.locator('h1').first().waitFor()
  await expect.poll(() => page.getByText('Loading …').count()).toBe(0)
  await page.waitForLoadState('networkidle')
}
