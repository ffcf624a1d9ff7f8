import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('the quickstart of the README runs, and an order arrives verified', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'webhooks-quickstart-'))
  const script = fileURLToPath(new URL('../src/quickstart.ts', import.meta.url))
  const tsx = import.meta.resolve('tsx')
  const args = ['--import', tsx, '--conditions=swigs-source', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd })
  expect(stdout).toContain('received order ORD-1001, verified')
  expect(stdout).toContain('delivered: 1')
  await rm(cwd, { recursive: true })
})
