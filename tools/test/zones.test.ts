import { ESLint } from 'eslint'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Lints a text as if it stood at `path`. */
const lint = async (path: string, text: string): Promise<string[]> => {
  const [result] = await new ESLint({ cwd: root }).lintText(text, { filePath: `${root}${path}` })
  return (result?.messages ?? []).map(({ ruleId }) => ruleId ?? 'parse')
}

const dispatcher = 'packages/dispatcher/src'

it.each([
  ['core/bad.ts', "import '../flow/publish.js'\n", 'import-x/no-restricted-paths'],
  ['core/bad.ts', "import '../adapters/system-ids.js'\n", 'import-x/no-restricted-paths'],
  ['core/bad.ts', "import 'node:fs'\n", 'no-restricted-imports'],
  ['core/bad.ts', "import 'zod'\n", 'no-restricted-imports'],
  ['core/bad.ts', 'export const now = Date.now()\n', 'no-restricted-syntax'],
  ['core/bad.ts', 'export const now = new Date()\n', 'no-restricted-syntax'],
  ['flow/bad.ts', 'export const chance = Math.random()\n', 'no-restricted-syntax'],
  ['flow/bad.ts', 'setTimeout(() => undefined, 1)\n', 'no-restricted-globals'],
  ['flow/bad.ts', "import '../adapters/memory-storage.js'\n", 'import-x/no-restricted-paths'],
  ['flow/bad.ts', "import 'undici'\n", 'no-restricted-imports'],
  ['ports/bad.ts', "import '../flow/publish.js'\n", 'import-x/no-restricted-paths'],
  ['adapters/bad.ts', "import '../testing/fake-clock.js'\n", 'import-x/no-restricted-paths'],
])('lint refuses %s with %j', async (path, text, rule) => {
  expect(await lint(`${dispatcher}/${path}`, text)).toContain(rule)
})

it('lint refuses a receiver that meets the dispatcher, and lets what is allowed pass', async () => {
  expect(await lint('packages/receiver/src/bad.ts', "import '@swigs/webhooks-dispatcher'\n")).toContain(
    'no-restricted-imports',
  )
  expect(
    await lint(
      `${dispatcher}/flow/good.ts`,
      "import '../core/classify-reply.js'\nimport '../ports/clock.js'\n",
    ),
  ).toEqual([])
})
