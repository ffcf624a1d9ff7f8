import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { describe, expect, it } from 'vitest'
import { adminHandler } from '../src/fetch.js'
import { MAX_BODY_BYTES } from '../src/read-request.js'
import { endlessBody } from './endless-body.js'
import { dispatcherOn } from './support.js'

describe('the admin API on fetch', () => {
  it('reads no further than 64 KiB, and gives the rest of the body up', async () => {
    const handle = adminHandler(dispatcherOn(memoryStorage()).webhooks, { authorize: 'none' })
    const { body, state } = endlessBody()
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      duplex: 'half',
    } as const
    const { status } = await handle(new Request('http://localhost/', init))
    expect([status, state.cancelled]).toEqual([413, true])
    expect(state.sent).toBeLessThan(3 * MAX_BODY_BYTES)
  })
  it('is found below its base path, and nowhere else', async () => {
    const { webhooks } = dispatcherOn(memoryStorage())
    const at = async (basePath: string, path: string) =>
      (await adminHandler(webhooks, { authorize: 'none', basePath })(new Request(`http://localhost${path}`)))
        .status
    for (const base of ['/hooks', '/hooks/'])
      expect([await at(base, '/hooks'), await at(base, '/hooks/'), await at(base, '/hooks/stats')]).toEqual([
        200, 200, 200,
      ])
    for (const path of ['/hooksy/stats', '/hookstats', '/', '/stats', '/other/stats', '/hooks/../stats'])
      expect(await at('/hooks', path), path).toBe(404)
  })
})
