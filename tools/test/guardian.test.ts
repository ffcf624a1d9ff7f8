import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const guardian = fileURLToPath(new URL('../guarded-program/guardian.mjs', import.meta.url))

const runs = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

it('a server ends with whoever started it, killed or not', async ({ onTestFinished }) => {
  const folder = mkdtempSync(join(tmpdir(), 'webhooks-guardian-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const note = join(folder, 'pid')
  const server = `require('fs').writeFileSync(process.argv[1], String(process.pid)); setInterval(() => 0, 1000)`
  const command = JSON.stringify([guardian, '{}', process.execPath, '-e', server, note])
  const run = `require('child_process').spawn(process.execPath, ${command}, { stdio: ['pipe', 'ignore', 'ignore'] })`
  const parent = spawn(process.execPath, ['-e', run], { stdio: 'ignore' })
  await expect.poll(() => existsSync(note) && readFileSync(note, 'utf8')).toMatch(/^\d+$/)
  const pid = Number(readFileSync(note, 'utf8'))
  expect(runs(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => runs(pid)).toBe(false)
})

it('a program that is not there ends the guardian with an error', async () => {
  const child = spawn(process.execPath, [guardian, '{}', 'no-such-program'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(1)
})
