import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BEHIND_JSON, type Mount } from './mounts.js'
import { dispatcherOn, registration } from './support.js'

const headers = { 'content-type': 'application/json' }

describe.each(Object.entries(BEHIND_JSON))('the admin API on %s, behind express.json()', (_name, mountOn) => {
  const { webhooks } = dispatcherOn(memoryStorage())
  let mount: Mount
  beforeEach(async () => {
    mount = await mountOn(webhooks)
  })
  afterEach(() => mount.close())

  const post = (path: string, body?: string, given: Record<string, string> = headers) =>
    mount.send({ method: 'POST', path, headers: given, ...(body !== undefined && { body }) })

  it('takes what was parsed', async () => {
    const { status, text } = await post('/', JSON.stringify(registration))
    expect(status).toBe(201)
    const { id } = JSON.parse(text) as { id: string }
    expect((await post(`/${id}/rotate-secret`, '{}')).status).toBe(200)
    expect((await post(`/${id}/test`, undefined, {})).status).toBe(200)
  })

  it('refuses prototype keys, unknown fields and what is too long, as without a parser', async () => {
    expect((await post('/', `{"filters":{"__proto__":{"isAdmin":true}}}`)).status).toBe(400)
    expect((await post('/', JSON.stringify({ ...registration, isAdmin: true }))).status).toBe(400)
    expect(
      (await post('/', JSON.stringify({ ...registration, description: 'x'.repeat(70_000) }))).status,
    ).toBe(413)
    expect(
      (await post('/', 'appName=x', { 'content-type': 'application/x-www-form-urlencoded' })).status,
    ).toBe(415)
  })
  it('refuses what is nested deeper than the stack goes, as without a parser', async () => {
    const nested = `${'['.repeat(30_000)}${']'.repeat(30_000)}`
    const { status, text } = await post('/', `{"appName":${nested}}`)
    expect([status, text]).toEqual([400, expect.stringContaining('appName: ')])
  })
})
