import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const bundled = new Map<string, Promise<string>>()

/**
 * The worker with its storage in one file, from the sources as they are: where one is killed every second, one must start
 * in less.
 */
export const bundleWorker = (storageModule: string): Promise<string> => {
  const known = bundled.get(storageModule) ?? bundle(storageModule)
  bundled.set(storageModule, known)
  return known
}

const bundle = async (storageModule: string): Promise<string> => {
  const name = createHash('sha256').update(storageModule).digest('hex').slice(0, 12)
  // Within the project, so that what stays outside the bundle is found.
  const outfile = fileURLToPath(new URL(`../../.cache/workers/${name}.mjs`, import.meta.url))
  await build({
    stdin: {
      contents: `
        import { openStorage } from ${JSON.stringify(fileURLToPath(storageModule))}
        import { work } from './worker.ts'
        await work(openStorage)`,
      sourcefile: 'start-worker.ts',
      resolveDir: fileURLToPath(new URL('.', import.meta.url)),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['swigs-source'],
    // Native code cannot be in a bundle.
    external: ['libsql', 'pg-native'],
    // CommonJS packages in the bundle ask for Node's own modules with it.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    logLevel: 'error',
  })
  return outfile
}
