import { fileURLToPath } from 'node:url'
import { MUTANTS } from './mutants.js'
import type { Mutant } from './mutant.js'
import { projectOf, runTests, type Outcome } from './run-tests.js'
import { TreeCopy } from './tree-copy.js'

/** So many at a time: each has its own copy of the tree. */
const AT_ONCE = 2

/** `untried`: its test was skipped, as what it needs is not on this machine. */
type Verdict = 'caught' | 'SURVIVED' | 'untried'

interface Row {
  readonly mutant: string
  readonly verdict: Verdict
  readonly by: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const ended = new AbortController()
const only = process.argv.slice(2)
const mutants = MUTANTS.filter(({ name }) => only.length === 0 || only.some((part) => name.includes(part)))

const verdictOf = ({ passed, failed, skipped }: Outcome): Verdict =>
  failed > 0 ? 'caught' : passed === 0 && skipped > 0 ? 'untried' : 'SURVIVED'

/** The tests that are to catch something, on the tree as it is: they must pass, or they catch nothing. */
const baseline = async (tree: TreeCopy): Promise<string[]> => {
  const problems: string[] = []
  for (const project of new Set(mutants.map(({ caughtBy }) => projectOf(caughtBy.file)))) {
    const catchers = mutants.map(({ caughtBy }) => caughtBy).filter(({ file }) => projectOf(file) === project)
    const tests = [...new Set(catchers.map(({ test }) => test))]
    const files = [...new Set(catchers.map(({ file }) => file))]
    const { failed, passed, skipped, report } = await runTests(tree.folder, { files, tests }, ended.signal)
    if (failed > 0 || passed + skipped < tests.length)
      problems.push(`${project}: ${failed} failed, ${passed} passed, of ${tests.length} tests\n${report}`)
  }
  return problems
}

const tryOne = async (tree: TreeCopy, { name, edits, caughtBy }: Mutant): Promise<Row> => {
  const restore = tree.apply(edits)
  try {
    const { file, test } = caughtBy
    const outcome = await runTests(tree.folder, { files: [file], tests: [test] }, ended.signal)
    const verdict = verdictOf(outcome)
    if (verdict === 'SURVIVED') console.log(`\n${name}\n${outcome.report}`)
    return { mutant: name, verdict, by: `${file}: ${test}` }
  } finally {
    restore()
  }
}

const trees = Array.from({ length: AT_ONCE }, () => new TreeCopy(root))
process.once('exit', () => {
  for (const tree of trees) tree.remove()
})
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    ended.abort()
    process.exit(1)
  })

const rows: Row[] = []
const problems: string[] = []
const waiting: ((tree: TreeCopy) => Promise<unknown>)[] = [
  async (tree) => problems.push(...(await baseline(tree))),
  ...mutants.map((mutant) => async (tree: TreeCopy) => rows.push(await tryOne(tree, mutant))),
]
await Promise.all(
  trees.map(async (tree) => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next(tree)
  }),
)

const order = mutants.map(({ name }) => name)
rows.sort((one, other) => order.indexOf(one.mutant) - order.indexOf(other.mutant))
const width = Math.max(...rows.map(({ mutant }) => mutant.length))
for (const { verdict, mutant, by } of rows) console.log(`${verdict.padEnd(9)} ${mutant.padEnd(width)}  ${by}`)
for (const problem of problems) console.log(`\nWithout any mutant: ${problem}`)

const count = (wanted: Verdict) => rows.filter(({ verdict }) => verdict === wanted).length
const untried = count('untried')
console.log(
  `\n${count('caught')} of ${rows.length} mutants caught${untried > 0 ? `, ${untried} not tried` : ''}`,
)
process.exit(count('SURVIVED') > 0 || problems.length > 0 ? 1 : 0)
