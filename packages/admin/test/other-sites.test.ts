import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminRoutes } from '../src/index.js'
import { MOUNTS, type Mount } from './mounts.js'
import { dispatcherOn, registration } from './support.js'

const MUTATIONS = adminRoutes.filter(({ method }) => method !== 'GET')
const READS = adminRoutes.filter(({ method }) => method === 'GET')
const OTHERS = ['cross-site', 'same-site', 'same-origin, cross-site', 'SAME-ORIGIN', '', 'nonsense']

describe.each(Object.entries(MOUNTS))('what a browser sends to the admin API on %s', (_name, mountOn) => {
  let mount: Mount
  let webhooks: ReturnType<typeof dispatcherOn>['webhooks']
  beforeEach(async () => {
    webhooks = dispatcherOn(memoryStorage()).webhooks
    mount = await mountOn(webhooks)
  })
  afterEach(() => mount.close())

  const send = (method: string, path: string, site: string | undefined, body = '{}') =>
    mount.send({
      method,
      path: path.replaceAll(/:\w+/g, 'some-id'),
      headers: { 'content-type': 'application/json', ...(site !== undefined && { 'sec-fetch-site': site }) },
      body,
    })

  it.each(MUTATIONS.map(({ name, method, path }) => ({ name, method, path })))(
    'from a page of another site does not reach $name',
    async ({ method, path }) => {
      for (const site of OTHERS) {
        const { status, text } = await send(method, path, site)
        expect([status, text], site).toEqual([403, expect.stringContaining('Sec-Fetch-Site')])
      }
    },
  )

  it('changes nothing from another site, and something from its own, from the address bar, or from no browser', async () => {
    for (const site of OTHERS) await send('POST', '/', site, JSON.stringify(registration))
    expect((await webhooks.subscriptions.list()).items).toEqual([])
    for (const site of ['same-origin', 'none', undefined])
      expect((await send('POST', '/', site, JSON.stringify(registration))).status, site).toBe(201)
    expect((await webhooks.subscriptions.list()).items).toHaveLength(3)
  })

  it('is read from anywhere, if the guards let it in', async () => {
    for (const { method, path } of READS)
      expect((await send(method, path, 'cross-site')).status, path).not.toBe(403)
  })
})
