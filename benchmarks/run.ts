/**
 * What ships, built. `npm run bench -- NAME`, and for most of them `--storage memory|sqlite|mongo` and `--rounds N`: `accept`,
 * `deliver`, `neighbours`, `pages` (`--rows N`), `peers`, `stall` (`--thread false`), `verify`.
 */
export {}
const [name = 'deliver', ...rest] = process.argv.slice(2)
const benchmarks: Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>> = {
  accept: () => import('./accept/run.js'),
  deliver: () => import('./deliver/run.js'),
  neighbours: () => import('./neighbours/run.js'),
  pages: () => import('./pages/run.js'),
  peers: () => import('./peers/run.js'),
  stall: () => import('./stall/run.js'),
  verify: () => import('./verify/run.js'),
}
const load = benchmarks[name]
if (!load) {
  console.error(`Unknown benchmark ${name}. Known: ${Object.keys(benchmarks).join(', ')}`)
  process.exit(2)
}
await (await load()).run(rest)
