import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { expect } from 'vitest'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const downloaded = (): string[] => {
  const cache = join(homedir(), '.cache', 'ms-playwright')
  if (!existsSync(cache)) return []
  return readdirSync(cache).flatMap((name) => [
    join(cache, name, 'chrome-linux', 'chrome'),
    join(cache, name, 'chrome-linux', 'headless_shell'),
  ])
}

/** A Chromium: the one that CHROMIUM names, one on the PATH, or one that playwright has downloaded; `null` where there is none. */
export const findChromium = (): string | null => {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const candidates = [
    process.env['CHROMIUM'] ?? '',
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...downloaded(),
  ]
  return candidates.find((path) => path !== '' && isProgram(path)) ?? null
}

const program = findChromium()

/** Whether there is a browser; CONSOLE_TESTS=required makes its absence a failure. */
export const hasBrowser = program !== null || process.env['CONSOLE_TESTS'] === 'required'

/** What the names of skipped tests say. */
export const BROWSER = hasBrowser
  ? 'in a browser'
  : 'in a browser (not here: no Chromium; apt-get install chromium, or npx playwright-core install chromium)'

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: program ?? 'chromium', args: ['--no-sandbox'] })

/** A page on which nothing may go wrong that nobody looks at. */
export interface Watched {
  readonly page: Page
  /** Closes it; fails where the policy was broken, a script threw, or something was missing. */
  done(): Promise<void>
}

/** How a page is opened; `expected` is what may go wrong on it. */
export type PageOptions = BrowserContextOptions & { readonly expected?: RegExp }

export const openPage = async (browser: Browser, options: PageOptions = {}): Promise<Watched> => {
  const { expected, ...given } = options
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...given })
  // What ends a test that is stuck, however busy the machine.
  context.setDefaultTimeout(120_000)
  const page = await context.newPage()
  const wrong: string[] = []
  const note = (text: string) => void (expected?.test(text) || wrong.push(text))
  page.on('pageerror', (error) => note(`threw: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || /content security policy/i.test(message.text()))
      note(`${message.text()} (${message.location().url})`)
  })
  page.on('request', (request) => {
    if (!request.url().startsWith('http://127.0.0.1:') && !request.url().startsWith('data:'))
      note(`asked elsewhere: ${request.url()}`)
  })
  return {
    page,
    done: async () => {
      await context.close()
      expect(wrong).toEqual([])
    },
  }
}
