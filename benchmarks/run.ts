/**
 * What ships, built: `npm run bench -- deliver [--storage memory|sqlite|mongo] [--rounds N]` ·
 * `npm run bench -- accept [--storage memory|sqlite|mongo] [--rounds N]` · `npm run bench -- pages [--rows N]` ·
 * `npm run bench -- verify [--rounds N]`
 */
export {}
const [name = 'deliver', ...rest] = process.argv.slice(2)
const benchmarks: Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>> = {
  accept: () => import('./accept/run.js'),
  deliver: () => import('./deliver/run.js'),
  pages: () => import('./pages/run.js'),
  verify: () => import('./verify/run.js'),
}
const load = benchmarks[name]
if (!load) {
  console.error(`Unknown benchmark ${name}. Known: ${Object.keys(benchmarks).join(', ')}`)
  process.exit(2)
}
await (await load()).run(rest)
