/** `npm run bench -- <name> [--storage memory|sqlite|mongo] [--rounds N]` */
export {}
const [name = 'deliver', ...rest] = process.argv.slice(2)
const benchmarks: Record<string, () => Promise<{ run(args: readonly string[]): Promise<void> }>> = {
  deliver: () => import('./deliver/run.js'),
}
const load = benchmarks[name]
if (!load) {
  console.error(`Unknown benchmark ${name}. Known: ${Object.keys(benchmarks).join(', ')}`)
  process.exit(2)
}
await (await load()).run(rest)
