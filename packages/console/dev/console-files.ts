import { bundleConsole } from './bundle-console.js'

/** The files, made of the sources as they are. What ships has them inside (`consoleFilesPlugin`). */
export const consoleFiles: Readonly<Record<string, string>> = bundleConsole()
