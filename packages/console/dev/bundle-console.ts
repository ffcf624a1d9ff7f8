import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSync, type Plugin } from 'esbuild'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** What is inside the script and wants to be named. */
const BUNDLED = ['preact', '@preact/signals', '@preact/signals-core', 'uplot']

/** The page, its script and its style, by name, and the licences of what is in them. */
export const bundleConsole = (): Record<string, string> => {
  const { outputFiles } = buildSync({
    entryPoints: { app: here('../app/main.tsx'), style: here('../app/styles/index.css') },
    outdir: here('../dist/static'),
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  })
  const files = Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text]))
  const named = (end: string) => Object.keys(files).find((name) => name.endsWith(end)) ?? ''
  const page = readFileSync(here('../app/index.html'), 'utf8')
    .replace('style.css', named('.css'))
    .replace('app.js', named('.js'))
  return { 'index.html': page, ...files, 'licenses.txt': licenses() }
}

const licenses = (): string =>
  BUNDLED.map((name) => {
    const path = here(`../../../node_modules/${name}/LICENSE`)
    return `${name}\n\n${readFileSync(path, 'utf8').trim()}\n`
  }).join('\n\n')

/** Puts the files in the place of `#console-files` when the package itself is bundled, and beside it as files. */
export const consoleFilesPlugin = (): Plugin => ({
  name: 'console-files',
  setup(host) {
    host.onResolve({ filter: /^#console-files$/ }, () => ({
      path: 'console-files',
      namespace: 'console-files',
    }))
    host.onLoad({ filter: /./, namespace: 'console-files' }, () => {
      const files = bundleConsole()
      // Those of the build before have other names.
      rmSync(here('../dist/static'), { recursive: true, force: true })
      mkdirSync(here('../dist/static'), { recursive: true })
      for (const [name, text] of Object.entries(files)) writeFileSync(here(`../dist/static/${name}`), text)
      return { contents: `export const consoleFiles = ${JSON.stringify(files)}` }
    })
  },
})
