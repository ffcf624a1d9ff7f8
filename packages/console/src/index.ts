import { consoleFiles } from '#console-files'

/** One file of the console. */
export interface ConsoleAsset {
  readonly contentType: string
  readonly text: string
  /** Its name changes with what is in it, so that it may be kept for ever. */
  readonly hasHash: boolean
}

/**
 * The console's files by name, `index.html` among them: what `console` of `adminRouter`, `adminPlugin` and `adminHandler` takes.
 * They are text inside this module, so that no bundler has to find them.
 * @example
 * app.use('/api/webhooks', adminRouter(webhooks, { guards: [protect], console: consoleAssets() }))
 */
export const consoleAssets = (): ReadonlyMap<string, ConsoleAsset> =>
  new Map(
    Object.entries(consoleFiles).map(([name, text]) => [
      name,
      { contentType: contentTypeOf(name), text, hasHash: /-[0-9A-Z]{8}\.\w+$/.test(name) },
    ]),
  )

const TYPES: Readonly<Record<string, string>> = { html: 'text/html', js: 'text/javascript', css: 'text/css' }

const contentTypeOf = (name: string): string =>
  `${TYPES[name.split('.').at(-1) ?? ''] ?? 'text/plain'}; charset=utf-8`
