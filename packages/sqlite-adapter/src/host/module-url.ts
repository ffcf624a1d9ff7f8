import { pathToFileURL } from 'node:url'

/**
 * Where native code is looked for from: this package; or the app's main file, in a CommonJS bundle that has the package inside,
 * where a module has no URL.
 */
export const moduleUrl = (): string =>
  (import.meta.url as string | undefined) ?? pathToFileURL(process.argv[1] ?? `${process.cwd()}/main.js`).href
