import { fileURLToPath } from 'node:url'
import type { BuildOptions, Plugin } from 'esbuild'
import { build } from 'esbuild'

/** How what runs in the thread becomes one script: all of it, but for native code, which cannot be in one. */
export const threadBuild = (entry: string) =>
  ({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    conditions: ['swigs-source'],
    external: ['libsql'],
    write: false,
    logLevel: 'error',
  }) satisfies BuildOptions

/** Puts that script in the place of `#thread-code` when the package itself is bundled. */
export const threadCodePlugin = (): Plugin => ({
  name: 'thread-code',
  setup(host) {
    host.onResolve({ filter: /^#thread-code$/ }, () => ({ path: 'thread-code', namespace: 'thread-code' }))
    host.onLoad({ filter: /./, namespace: 'thread-code' }, async () => {
      const entry = fileURLToPath(new URL('../src/engine/serve-thread.ts', import.meta.url))
      const { outputFiles } = await build(threadBuild(entry))
      return { contents: `export const threadCode = ${JSON.stringify(outputFiles[0]?.text)}` }
    })
  },
})
