import { readdirSync } from 'node:fs'

/** One project a folder, each resolved from source: no build is needed to run a test. */
const project = (root: string) => ({
  resolve: { conditions: ['swigs-source', 'node'] },
  ssr: { resolve: { conditions: ['swigs-source', 'node'] } },
  test: {
    name: root,
    root,
    include: ['test/**/*.test.ts'],
    typecheck: { enabled: false },
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

export default [...folders('packages'), ...folders('examples'), 'tools'].map(project)
