/**
 * What ships, built. `npm run bench -- NAME`, and for most of them `--storage memory|sqlite|mongo|postgres` and `--rounds N`: `accept`,
 * `deliver`, `neighbours`, `pages` (`--rows N`), `peers`, `stall` (`--thread false`), `verify`, `wake`; on SQLite `backlog`
 * (`--pending N`); on PostgreSQL `postgres` and `bloat` (`--minutes N`).
 */
export {}
const [name = 'deliver', ...rest] = process.argv.slice(2)
const benchmarks: Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>> = {
  bloat: () => import('./bloat/run.js'),
  backlog: () => import('./backlog/run.js'),
  accept: () => import('./accept/run.js'),
  deliver: () => import('./deliver/run.js'),
  neighbours: () => import('./neighbours/run.js'),
  pages: () => import('./pages/run.js'),
  postgres: () => import('./postgres/run.js'),
  peers: () => import('./peers/run.js'),
  stall: () => import('./stall/run.js'),
  verify: () => import('./verify/run.js'),
  wake: () => import('./wake/run.js'),
}
const load = benchmarks[name]
if (!load) {
  console.error(`Unknown benchmark ${name}. Known: ${Object.keys(benchmarks).join(', ')}`)
  process.exit(2)
}
await (await load()).run(rest)
