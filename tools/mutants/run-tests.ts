import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Tests of one project. */
export interface Selection {
  /** From the root: `packages/dispatcher/test/…`. */
  readonly files: readonly string[]
  /** Parts of their names. */
  readonly tests: readonly string[]
}

/** What came of it, of the tests that were selected. */
export interface Outcome {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** What failed and why, or what was printed where nothing ran. */
  readonly report: string
}

interface Summary {
  readonly testResults: readonly {
    readonly message?: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages?: readonly string[]
    }[]
  }[]
}

/** What ends a test that a bug has made wait for ever, ms: it has failed. */
const STUCK_MS = 60_000

/** Runs tests of a tree with its own Vitest, until the first that fails. `abort` ends it. */
export const runTests = async (
  tree: string,
  { files, tests }: Selection,
  abort: AbortSignal,
): Promise<Outcome> => {
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-mutant-'))
  const summary = join(folder, 'summary.json')
  const projects = new Set(files.map(projectOf))
  const output = await run(
    tree,
    [
      ...[...projects].flatMap((name) => ['--project', name]),
      '--reporter=json',
      `--outputFile.json=${summary}`,
      '--bail=1',
      `--testTimeout=${STUCK_MS}`,
      '--testNamePattern',
      tests.map(escaped).join('|'),
      ...files,
    ],
    abort,
  )
  try {
    const { testResults } = JSON.parse(readFileSync(summary, 'utf8')) as Summary
    const all = testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ fullName }) => tests.some((test) => fullName.includes(test)))
    const count = (...statuses: string[]) => all.filter(({ status }) => statuses.includes(status)).length
    const messages = [
      ...testResults.map(({ message = '' }) => message),
      ...all.flatMap(({ fullName, failureMessages = [] }) =>
        failureMessages.map((message) => `${fullName}: ${message}`),
      ),
    ]
    return {
      passed: count('passed'),
      failed: count('failed'),
      skipped: count('skipped', 'pending', 'todo', 'disabled'),
      report: messages.filter(Boolean).join('\n') || output,
    }
  } catch {
    return { passed: 0, failed: 0, skipped: 0, report: output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The project that a test file is of: the folder that its `test` stands in. */
export const projectOf = (file: string): string => file.slice(0, file.indexOf('/test/'))

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

const run = (tree: string, args: readonly string[], signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    const vitest = join(tree, 'node_modules/vitest/vitest.mjs')
    const env = { ...process.env, WEBHOOKS_TESTS: 'short', VITEST_SUMMARY: undefined }
    const child = spawn(process.execPath, [vitest, 'run', ...args], { cwd: tree, env, signal })
    const parts: string[] = []
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => parts.push(part.toString()))
    child.once('error', (error) => parts.push(error.message))
    child.once('close', () => resolve(parts.join('')))
  })
