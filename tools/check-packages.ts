/**
 * Packs every package, checks it as a package, installs the tarballs in a scratch project, loads them both ways, finds their
 * types as old projects do, bundles an app on SQLite, and runs the README's first example and the tests of the example of a
 * storage, each in a folder of its own.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BuildOptions } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'webhooks-packed-'))
const run = (command: string, args: string[], cwd = root) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

interface Manifest {
  name: string
  private?: boolean
  exports: Record<string, { require?: unknown }>
}

const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name))
const manifests = folders
  .map((folder) => ({
    folder,
    manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest,
  }))
  .filter(({ manifest }) => !manifest.private)

/** The types of every entry, where TypeScript knows of no `exports`: `typesVersions` says where they are. */
const findTypesByNode10 = (): void => {
  const specifiers = manifests.flatMap(({ manifest }) =>
    Object.keys(manifest.exports).map((entry) => join(manifest.name, entry)),
  )
  // A namespace of nothing is no error: each entry has to have an export.
  const code = specifiers.map(
    (specifier, index) =>
      `import * as entry${index} from '${specifier}'\nexport const some${index}: keyof typeof entry${index} extends never ? never : true = true\n`,
  )
  writeFileSync(join(scratch, 'entries.ts'), code.join(''))
  const options =
    '--noEmit --strict --skipLibCheck --target es2022 --module commonjs --moduleResolution node10'
  run(join(root, 'node_modules/.bin/tsc'), [...options.split(' '), 'entries.ts'], scratch)
  console.log(`${specifiers.length} entries have types under moduleResolution node10`)
}

/** The first example of the README, by the README's own commands. */
const runQuickstart = (tarballs: readonly string[]): void => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const [, commands = ''] = /```sh\n(npm init -y\n[^]*?)```/.exec(readme) ?? []
  const [, code = ''] = /```ts\n([^]*?)```/.exec(readme) ?? []
  const folder = join(scratch, 'quickstart')
  mkdirSync(folder)
  writeFileSync(join(folder, 'quickstart.js'), code)
  const packed = (name: string): string =>
    tarballs.find((tarball) => tarball.includes(`${name.slice(1).replace('/', '-')}-0`)) ?? name
  let output = ''
  for (const line of commands.trim().split('\n')) {
    const [command = '', ...args] = line.split(' ')
    output = run(
      command,
      args.map((given) => (given.startsWith('@swigs/') ? packed(given) : given)),
      folder,
    )
  }
  if (!output.includes('received order ORD-1001, verified')) throw new Error(`The quickstart said: ${output}`)
  console.log('the README’s first example runs in a folder of its own')
}

/** A storage of one's own outside this repository: the example, its types and its tests, on what npm has installed. */
const runOwnAdapter = (tarballs: readonly string[]): void => {
  const folder = join(scratch, 'own-adapter')
  cpSync(join(root, 'examples/own-adapter'), folder, {
    recursive: true,
    filter: (path) => !path.endsWith('node_modules') && !path.endsWith('package.json'),
  })
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'own-adapter', private: true, type: 'module' }),
  )
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const runners = ['vitest', 'fast-check', 'esbuild'].map((name) => `${name}@${devDependencies[name]}`)
  const ours = tarballs.filter((tarball) => /-(protocol|dispatcher)-/.test(tarball))
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...ours, ...runners], folder)
  const tests = readdirSync(join(folder, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join('test', name))
  const options = '--noEmit --strict --skipLibCheck --target es2022 --module nodenext'
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
  run(join(root, 'node_modules/.bin/tsc'), [...options.split(' '), ...types, ...tests], folder)
  // No measure of anything: what ends a test that is stuck.
  const patience = ['--testTimeout', '300000', '--hookTimeout', '300000']
  const output = run('npx', ['vitest', 'run', '--root', folder, '--reporter=json', ...patience], folder)
  const { numPassedTests, numTotalTests } = JSON.parse(output) as Record<string, number>
  if (!numPassedTests || numPassedTests !== numTotalTests)
    throw new Error(`The storage of one's own said: ${output}`)
  console.log(
    `a storage of one's own keeps the contract outside this repository, and so do its processes: ${numPassedTests} tests`,
  )
}

/** An app on SQLite: it says whether that has a thread, and ends by itself although nobody closes the storage. */
const SQLITE_APP = `
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
const threads = []
process.on('worker', (thread) => threads.push(thread))
const webhooks = createDispatcher({ storage: sqliteStorage({ file: process.argv[2], thread: true }) })
webhooks.dispatch('order.created', { n: 1 }).then(({ accepted }) => console.log(accepted, threads.length))
`

/** SQLite's thread from the tarball: imported, required, and in bundles with the package beside them and inside. */
const bundleSqlite = async (): Promise<void> => {
  const { build } = await import('esbuild')
  const entry = join(scratch, 'app.mjs')
  writeFileSync(entry, SQLITE_APP)
  const shared = {
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    logLevel: 'error',
  } satisfies BuildOptions
  const beside = { packages: 'external' } as const
  const inside = { external: ['libsql'] }
  await build({ ...shared, ...beside, format: 'cjs', outfile: join(scratch, 'required.cjs') })
  await build({ ...shared, ...beside, format: 'esm', outfile: join(scratch, 'beside.mjs') })
  await build({ ...shared, ...inside, format: 'cjs', outfile: join(scratch, 'inside.cjs') })
  const js = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"
  await build({ ...shared, ...inside, format: 'esm', banner: { js }, outfile: join(scratch, 'inside.mjs') })
  const webpack = join(scratch, 'webpack.config.cjs')
  writeFileSync(
    webpack,
    `module.exports = { mode: 'production', target: 'node20', entry: './app.mjs',
       externals: [({ request }, done) => (request.startsWith('@swigs/') ? done(null, 'commonjs ' + request) : done())],
       output: { path: __dirname, filename: 'webpack.cjs' } }`,
  )
  run('npx', ['webpack', '--config', webpack], scratch)
  for (const app of ['app.mjs', 'required.cjs', 'beside.mjs', 'inside.cjs', 'inside.mjs', 'webpack.cjs']) {
    const output = run('node', [app, `${app}.db`], scratch)
    if (output.trim() !== 'true 1') throw new Error(`${app} on SQLite said: ${output}`)
  }
  console.log('SQLite has its thread: imported, required, in bundles of esbuild and webpack')
}

try {
  const tarballs = manifests.map(({ folder }) => {
    run('npx', ['publint', '--strict', folder])
    const [packed] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', scratch], folder)) as {
      filename: string
    }[]
    return join(scratch, packed?.filename ?? '')
  })
  // The dispatcher's ./contracts and ./processes are ESM alone: a test runner cannot be required, nor a worker be found.
  const esmOnly = (tarball: string) =>
    tarball.includes('dispatcher') ? ['--exclude-entrypoints', 'contracts', 'processes'] : []
  for (const tarball of tarballs) run('npx', ['attw', tarball, '--profile', 'node16', ...esmOnly(tarball)])
  writeFileSync(join(scratch, 'package.json'), JSON.stringify({ name: 'scratch', private: true }))
  // No test runner: what apps import in their tests has to load without one.
  const frameworks = ['express@5', 'fastify@5', 'mongoose@9', 'ofetch@1', 'bottleneck@2']
  const bundlers = ['webpack@5', 'webpack-cli@6']
  run(
    'npm',
    [
      'install',
      '--no-audit',
      '--no-fund',
      '--no-save',
      '--ignore-scripts',
      ...tarballs,
      ...frameworks,
      ...bundlers,
    ],
    scratch,
  )
  for (const { manifest } of manifests)
    for (const [entry, conditions] of Object.entries(manifest.exports)) {
      const specifier = JSON.stringify(join(manifest.name, entry))
      // A suite of tests can be loaded only where a test runner runs; that it resolves is what is checked here.
      const load =
        entry === './contracts' ? `import.meta.resolve(${specifier})` : `await import(${specifier})`
      run('node', ['--input-type=module', '-e', load], scratch)
      // As Jest requires: it cannot load an ES module that a dependency turns out to be.
      const require = [
        '--no-experimental-require-module',
        '--input-type=commonjs',
        '-e',
        `require(${specifier})`,
      ]
      if (conditions.require) run('node', require, scratch)
      console.log(`${manifest.name}${entry.slice(1)} imports${conditions.require ? ' and requires' : ''}`)
    }
  findTypesByNode10()
  await bundleSqlite()
  runQuickstart(tarballs)
  runOwnAdapter(tarballs)
} catch (error) {
  const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
  console.error(stdout, stderr, (error as Error).message)
  process.exitCode = 1
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
