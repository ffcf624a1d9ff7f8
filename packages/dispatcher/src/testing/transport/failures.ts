import { expect, it } from 'vitest'
import { ipaddrGuard } from '../../adapters/ipaddr-guard.js'
import { behaviours, hostileServer, type HostileServerOptions } from '../hostile-server.js'
import type { TransportHarness } from './harness.js'

const withServer = async (
  options: HostileServerOptions,
  use: (url: string) => Promise<unknown>,
): Promise<void> => {
  const server = await hostileServer(options)
  try {
    await use(server.url)
  } finally {
    await server.close()
  }
}

/** What comes back when nothing does. */
export const describeFailures = (h: TransportHarness): void => {
  it('counts DNS, accepting and the TLS handshake in the same deadline', async () => {
    const timeout = { kind: 'no_answer', errorClass: 'timeout' }
    const slow = ipaddrGuard({ allowHttp: true, resolve: () => new Promise(() => undefined) })
    const url = 'http://slow.example.test/'
    expect(await h.send({ url, guard: slow, timeoutMs: 200 })).toMatchObject(timeout)
    for (const tls of [false, true])
      await withServer({ tls, acceptAfterMs: Infinity }, async (mute) => {
        expect(await h.send({ url: mute, timeoutMs: 200 })).toMatchObject(timeout)
      })
  })

  it('waits for a server that is slow to accept', () =>
    withServer({ acceptAfterMs: 100 }, async (url) => {
      expect(await h.send({ url })).toMatchObject({ kind: 'response', statusCode: 200 })
    }))

  it('calls it tls when nobody vouches for the certificate, or there is none', async () => {
    await withServer({ tls: true }, async (url) => {
      expect(await h.send({ url })).toMatchObject({ kind: 'no_answer', errorClass: 'tls' })
    })
    const plain = h.server.url.replace('http:', 'https:')
    expect(await h.send({ url: plain })).toMatchObject({ kind: 'no_answer', errorClass: 'tls' })
  })

  it('tells a refused connection from a name that does not resolve', async () => {
    const gone = await hostileServer()
    await gone.close()
    const refused = await h.send({ url: `${gone.url}/` })
    expect(refused).toMatchObject({ kind: 'no_answer', errorClass: 'connect' })
    const deaf = ipaddrGuard({ allowHttp: true, resolve: () => Promise.reject(new Error('no such name')) })
    const reply = await h.send({ url: 'http://nowhere.example.test/', guard: deaf })
    expect(reply).toMatchObject({ kind: 'no_answer', errorClass: 'dns' })
  })

  it('answers aborted when the process gives the attempt up, while resolving as while waiting', async () => {
    h.server.behave(behaviours.hang())
    const giveUp = new AbortController()
    const before = h.server.requests.length
    const reply = h.send({ signal: giveUp.signal })
    await expect.poll(() => h.server.requests.length).toBe(before + 1)
    let asked = false
    const resolve = () => {
      asked = true
      return new Promise<never>(() => undefined)
    }
    const guard = ipaddrGuard({ allowHttp: true, resolve })
    const resolving = h.send({ url: 'http://slow.example.test/', guard, signal: giveUp.signal })
    await expect.poll(() => asked).toBe(true)
    giveUp.abort()
    expect(await reply).toEqual({ kind: 'aborted' })
    expect(await resolving).toEqual({ kind: 'aborted' })
    expect(await h.send({ signal: giveUp.signal })).toEqual({ kind: 'aborted' })
    expect(h.server.requests.length).toBe(before + 1)
  })

  it('asks at the last moment whether the request may leave, and sends nothing when it may not', async () => {
    h.server.behave(behaviours.answer(200))
    const before = h.server.requests.length
    expect(await h.send({ mayStart: () => false })).toEqual({ kind: 'aborted' })
    let asked = 0
    expect(await h.send({ mayStart: () => (asked += 1) === 1 })).toMatchObject({ statusCode: 200 })
    expect([asked, h.server.requests.length - before]).toEqual([1, 1])
  })

  it('shares one signal among many requests without a warning', async () => {
    const warnings: Error[] = []
    const hear = (warning: Error) => warnings.push(warning)
    process.on('warning', hear)
    h.server.behave(behaviours.answer(200))
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 30 }, () => h.send({ signal })))
    await new Promise((resolve) => setImmediate(resolve))
    process.off('warning', hear)
    expect(warnings).toEqual([])
  })

  it('puts no payload, no header value and no query into an error', async () => {
    const texts: string[] = []
    const { resetAtOnce, garbage, tooShort, endlessHeaders } = behaviours
    for (const script of [resetAtOnce(), garbage(), tooShort(), endlessHeaders()]) {
      h.server.behave(script)
      texts.push(JSON.stringify(await h.send()))
    }
    const url = h.server.url.replace('//', '//user-canary:password-canary@')
    texts.push(JSON.stringify(await h.send({ url: `${url}/?token=query-canary` })))
    texts.push(JSON.stringify(await h.send({ url: 'not a url query-canary' })))
    expect(texts).toHaveLength(6)
    expect(texts.join()).not.toMatch(/canary/)
  })
}
