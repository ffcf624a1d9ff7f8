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
    ...(['packages/mongoose-adapter', 'packages/admin', 'examples/together'].includes(root)
      ? { globalSetup: '../../tools/mongo-server/global-setup.ts' }
      : {}),
    ...(['packages/postgres-adapter', 'examples/postgres'].includes(root)
      ? { globalSetup: '../../tools/postgres-server/global-setup.ts' }
      : {}),
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})

const folders = (parent: string) =>
  readdirSync(new URL(`./${parent}`, import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `${parent}/${entry.name}`)

export default [...folders('packages'), ...folders('examples'), 'tools'].map(project)
