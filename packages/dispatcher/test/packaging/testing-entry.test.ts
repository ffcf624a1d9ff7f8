import { build } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const importsOf = async (path: string): Promise<string[]> => {
  const { metafile } = await build({
    entryPoints: [fileURLToPath(new URL(path, import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  })
  const imports = Object.values(metafile.inputs).flatMap((input) => input.imports)
  return imports
    .filter(({ external, kind }) => external && kind === 'import-statement')
    .map(({ path }) => path)
}

it('what apps import in their tests loads no test runner', async () => {
  for (const entry of ['../../src/testing/index.ts', '../../src/testing/processes/index.ts']) {
    const imports = await importsOf(entry)
    expect(imports).not.toContain('vitest')
    expect(imports).not.toContain('fast-check')
  }
  expect(await importsOf('../../src/testing/contracts.ts')).toContain('vitest')
})
