import { ESLint } from 'eslint'
import { readdirSync } from 'node:fs'
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
  ['core/bad.ts', "import '../flow/accept.js'\n", 'import-x/no-restricted-paths'],
  ['core/bad.ts', "import '../adapters/system-ids.js'\n", 'import-x/no-restricted-paths'],
  ['core/bad.ts', "import 'node:fs'\n", 'no-restricted-imports'],
  ['core/bad.ts', "import 'zod'\n", 'no-restricted-imports'],
  ['core/bad.ts', 'export const now = Date.now()\n', 'no-restricted-syntax'],
  ['core/bad.ts', 'export const now = new Date()\n', 'no-restricted-syntax'],
  ['flow/bad.ts', 'export const chance = Math.random()\n', 'no-restricted-syntax'],
  ['flow/bad.ts', 'setTimeout(() => undefined, 1)\n', 'no-restricted-globals'],
  ['flow/bad.ts', "import '../adapters/memory-storage.js'\n", 'import-x/no-restricted-paths'],
  ['flow/bad.ts', "import 'undici'\n", 'no-restricted-imports'],
  ['ports/bad.ts', "import '../flow/accept.js'\n", 'import-x/no-restricted-paths'],
  ['adapters/bad.ts', "import '../testing/fake-clock.js'\n", 'import-x/no-restricted-paths'],
  ['api/bad.ts', "import '../flow/engine.js'\n", 'import-x/no-restricted-paths'],
  ['input/bad.ts', "import '../operations/views.js'\n", 'import-x/no-restricted-paths'],
  ['operations/bad.ts', "import '../adapters/memory-storage.js'\n", 'import-x/no-restricted-paths'],
  ['storage-kit/bad.ts', "import '../flow/context.js'\n", 'import-x/no-restricted-paths'],
  ['otel/bad.ts', "import '../adapters/undici-transport.js'\n", 'import-x/no-restricted-paths'],
  ['flow/bad.ts', "import '../otel/index.js'\n", 'import-x/no-restricted-paths'],
  ['lifecycle.ts', "import './assemble.js'\n", 'import-x/no-restricted-paths'],
])('lint refuses %s with %j', async (path, text, rule) => {
  expect(await lint(`${dispatcher}/${path}`, text)).toContain(rule)
})

it('lint refuses a receiver that meets the dispatcher, and lets what is allowed pass', async () => {
  expect(await lint('packages/receiver/src/bad.ts', "import '@swigs/webhooks-dispatcher'\n")).toContain(
    'no-restricted-imports',
  )
  expect(
    await lint(`${dispatcher}/flow/good.ts`, "import '../core/match.js'\nimport '../ports/clock.js'\n"),
  ).toEqual([])
})

it('lint has a zone for every file of the dispatcher', async () => {
  const files = readdirSync(`${root}${dispatcher}`, { recursive: true, encoding: 'utf8' })
  const config = (await new ESLint({ cwd: root }).calculateConfigForFile(
    `${root}${dispatcher}/index.ts`,
  )) as {
    rules: Record<string, [unknown, { zones: { target: string; from: string | string[] }[] }]>
  }
  const { zones } = config.rules['import-x/no-restricted-paths']?.[1] ?? { zones: [] }
  const known = new Set(zones.flatMap(({ target, from }) => [target, from].flat()))
  const unknown = files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => !known.has(`./${dispatcher}/${file.split('/')[0]}`))
  expect(unknown).toEqual([])
})
