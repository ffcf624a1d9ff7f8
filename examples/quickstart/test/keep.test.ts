import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createAdminClient } from '@swigs/webhooks-admin'
import { expect, it } from 'vitest'
import { keepGoing } from '../src/keep.js'

it('what stays after the demo has a console, a live load, and an endpoint that fails', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-keep-'))
  const secret = 'demo-secret-demo-secret-demo-secret-42'
  // Nothing listens there.
  const { address, stop } = await keepGoing({ file: join(folder, 'demo.db'), port: 9, secret })
  expect(await (await fetch(address)).text()).toContain('<title>Webhooks</title>')
  const admin = createAdminClient({ baseUrl: address.replace('/console/', '') })
  expect((await admin.getMe()).may).toContain('POST /send')
  await expect.poll(async () => (await admin.listEvents()).items.length).toBeGreaterThan(1)
  await expect
    .poll(async () => (await admin.listSubscriptions()).items.some(({ stats }) => stats.lastError !== null))
    .toBe(true)
  await stop()
  await rm(folder, { recursive: true })
})
