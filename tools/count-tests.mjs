// Prints how many tests passed, failed and were skipped, as the last line of a run, and names the skipped ones.
import { readFileSync } from 'node:fs'

let results
try {
  results = JSON.parse(readFileSync(process.argv[2], 'utf8'))
} catch {
  console.log('0 passed, 1 failed, 0 skipped')
  process.exit(1)
}
const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults)
const count = (...states) => tests.filter(({ status }) => states.includes(status)).length
const skipped = tests.filter(({ status }) => ['pending', 'skipped', 'todo', 'disabled'].includes(status))
for (const { fullName } of skipped) console.log(`skipped: ${fullName}`)
const brokenFiles = results.testResults.filter(
  ({ status, assertionResults }) =>
    status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
)
console.log(
  `${count('passed')} passed, ${count('failed') + brokenFiles.length} failed, ${skipped.length} skipped`,
)
process.exit(results.success ? 0 : 1)
