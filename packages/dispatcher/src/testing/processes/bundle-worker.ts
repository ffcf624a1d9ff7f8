import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SharedStorage } from './shared-storage.js'

type Bundled = Pick<SharedStorage, 'storageModule' | 'external' | 'plugins'>

const bundled = new Map<string, Promise<string>>()

/** Whether these are the sources: then everything is. Installed from npm, everything is as it was published. */
const fromSource = import.meta.url.endsWith('.ts')
const WORKER = new URL(fromSource ? 'worker.ts' : 'process-worker.js', import.meta.url)

/**
 * The worker with its storage in one file: where one is killed every second, one must start in less.
 * @throws Error where esbuild is not installed
 */
export const bundleWorker = (shared: Bundled): Promise<string> => {
  const known = bundled.get(shared.storageModule) ?? bundle(shared)
  bundled.set(shared.storageModule, known)
  return known
}

const bundle = async ({ storageModule, external = [], plugins = [] }: Bundled): Promise<string> => {
  const { build } = await import('esbuild')
  const module = fileURLToPath(storageModule)
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import * as own from ${JSON.stringify(module)}
        import { work } from ${JSON.stringify(fileURLToPath(WORKER))}
        await work(own)`,
      sourcefile: 'start-worker.ts',
      resolveDir: dirname(module),
      loader: 'ts',
    },
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: fromSource ? ['swigs-source'] : [],
    external: [...external],
    plugins: [...plugins],
    // CommonJS packages in the bundle ask for Node's own modules with it.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
    logLevel: 'error',
  })
  return kept(outputFiles[0]?.contents ?? new Uint8Array(), folderFor(dirname(module)))
}

/** Beside the packages of the storage's module, so that what stays outside the bundle is found. */
const folderFor = (from: string): string => {
  const packages = join(from, 'node_modules')
  if (existsSync(packages)) return join(packages, '.cache', 'webhooks-workers')
  if (from === dirname(from)) throw new Error('No node_modules above the module of the storage')
  return folderFor(dirname(from))
}

/** Under the name of what is in it, and whole at once: several test files may bundle at a time. */
const kept = (contents: Uint8Array, folder: string): string => {
  const name = createHash('sha256').update(contents).digest('hex').slice(0, 16)
  const file = join(folder, `${name}.mjs`)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  writeFileSync(`${file}.${process.pid}`, contents)
  renameSync(`${file}.${process.pid}`, file)
  return file
}
