import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { afterEach, describe, expect, it } from 'vitest'
import { adminHandler } from '../src/fetch.js'
import type { ConsoleAssets } from '../src/index.js'
import { MOUNTS, type Mount } from './mounts.js'
import { dispatcherOn } from './support.js'

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"

const assets: ConsoleAssets = new Map([
  ['index.html', { contentType: 'text/html; charset=utf-8', text: '<p>page</p>', hasHash: false }],
  ['app-1a.js', { contentType: 'text/javascript; charset=utf-8', text: 'run()', hasHash: true }],
])

let mount: Mount
afterEach(() => mount.close())

describe.each(Object.entries(MOUNTS))('the console on %s', (_name, mountOn) => {
  const open = async (extras = { console: assets }) => {
    mount = await mountOn(dispatcherOn(memoryStorage()).webhooks, extras)
  }

  it('is served below the mount, with a policy that lets nothing else in', async () => {
    await open()
    const page = await mount.send({ path: '/console/' })
    expect([page.status, page.text]).toEqual([200, '<p>page</p>'])
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(page.headers.get('content-security-policy')).toBe(POLICY)
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    const script = await mount.send({ path: '/console/app-1a.js?x=1' })
    expect([script.status, script.text]).toEqual([200, 'run()'])
    expect(script.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
    const head = await mount.send({ method: 'HEAD', path: '/console/' })
    expect([head.status, head.text, head.headers.get('content-length')]).toEqual([200, '', '11'])
  })

  it('is found without its slash, by an address that does not name what is before it', async () => {
    await open()
    const { status, headers } = await mount.send({ path: '/console' })
    expect([status, headers.get('location')]).toEqual([308, 'console/'])
  })

  it('has its own files alone, and takes nothing', async () => {
    await open()
    for (const path of [
      '/console/app-2b.js',
      '/console/../stats.js',
      '/console/..%2findex.html',
      '/console//',
    ])
      expect((await mount.send({ path })).status, path).toBe(404)
    const posted = await mount.send({ method: 'POST', path: '/console/', body: 'x' })
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
    expect((await mount.send({ path: '/consoles' })).status).toBe(404)
  })

  it('is kept from whoever the guards refuse', async () => {
    await open()
    for (const path of ['/console', '/console/', '/console/app-1a.js']) {
      const { status, text } = await mount.send({ path, headers: { authorization: 'Bearer nobody' } })
      expect([status, text], path).toEqual([401, expect.not.stringContaining('page')])
    }
  })

  it('is not there unless it is asked for', async () => {
    await open({} as never)
    expect((await mount.send({ path: '/console/' })).status).toBe(404)
  })
})

describe('what is no console', () => {
  it('is refused when it is mounted', () => {
    const { webhooks } = dispatcherOn(memoryStorage())
    for (const given of [null, 'console', {}, true] as never[])
      expect(() => adminHandler(webhooks, { authorize: 'none', console: given })).toThrow(/console: /)
  })
})
