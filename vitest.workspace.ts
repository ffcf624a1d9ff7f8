import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { testSize } from './tools/test-size.js'

interface Project {
  readonly root: string
  readonly include: string[]
}

/** Their test files share what they import, half of their time otherwise: none changes what another would see. */
const SHARED = new Set(['admin', 'dispatcher', 'protocol', 'receiver'].map((name) => `packages/${name}`))

/** One project a folder, each resolved from source: no build is needed to run a test. */
const project = ({ root, include }: Project) => ({
  resolve: { conditions: ['swigs-source', 'node'] },
  ssr: { resolve: { conditions: ['swigs-source', 'node'] } },
  test: {
    name: root,
    root,
    include,
    exclude: testSize === 'long' ? [] : ['test/**/*.long.test.ts'],
    typecheck: { enabled: false },
    // A browser has clocks of its own: what fails twice is a fault.
    ...(root === 'packages/console' ? { retry: 1 } : {}),
    isolate: !SHARED.has(root),
    ...(['packages/postgres-adapter', 'examples/postgres'].includes(root)
      ? { globalSetup: '../../tools/postgres-server/global-setup.ts' }
      : {}),
    // No measure of anything: what ends a test that is stuck, however busy the machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000, interval: 20 } },
  },
})

const folders = (parent: string) =>
  readdirSync(new URL(`./${parent}`, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`)

const roots = [...folders('packages'), ...folders('examples'), 'tools']

/** The tests that have a long form: those that ask for it, and those that have no other. */
const withLongForm = (root: string): string[] =>
  testFiles(root).filter(
    (path) =>
      path.endsWith('.long.test.ts') || /\/test-size\.js'/.test(readFileSync(`${root}/${path}`, 'utf8')),
  )

const testFiles = (root: string): string[] =>
  existsSync(`${root}/test`)
    ? readdirSync(`${root}/test`, { encoding: 'utf8', recursive: true })
        .filter((path) => path.endsWith('.test.ts'))
        .map((path) => `test/${path}`)
    : []

/** In a run of the long forms, those tests alone that have one. */
const includedFrom = (root: string) => (testSize === 'long' ? withLongForm(root) : ['test/**/*.test.ts'])

export default roots
  .map((root) => ({ root, include: includedFrom(root) }))
  .filter(({ include }) => include.length > 0)
  .map(project)
