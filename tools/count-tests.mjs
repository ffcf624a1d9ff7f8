// Prints how many tests passed, failed and were skipped, as the last line of a run, and names the skipped ones. Of several
// summaries, a later one replaces what an earlier one says of the same file: its tests ran twice, in a short form and a long one.
import { readFileSync } from 'node:fs'

const files = new Map()
let broken = 0
for (const path of process.argv.slice(2))
  try {
    const { testResults, success } = JSON.parse(readFileSync(path, 'utf8'))
    for (const file of testResults) files.set(file.name, file)
    // What no test is blamed for: a file that does not load, an error that nobody caught.
    const blamed = testResults.some(({ assertionResults }) => assertionResults.some(isFailed))
    if (!success && !blamed) broken += 1
  } catch {
    console.log(`No summary at ${path}`)
    broken += 1
  }

const tests = [...files.values()].flatMap(({ assertionResults }) => assertionResults)
const passed = tests.filter(({ status }) => status === 'passed')
const failed = tests.filter(isFailed).length + broken
const skipped = tests.filter(({ status }) => ['pending', 'skipped', 'todo', 'disabled'].includes(status))
for (const { fullName } of skipped) console.log(`skipped: ${fullName}`)
console.log(`${passed.length} passed, ${failed} failed, ${skipped.length} skipped`)
process.exit(failed === 0 ? 0 : 1)

function isFailed({ status }) {
  return status === 'failed'
}
