import { expect, it } from 'vitest'
import { ipaddrGuard } from '../../adapters/ipaddr-guard.js'
import type { ResolvedAddress } from '../../ports/address-guard.js'
import { behaviours } from '../hostile-server.js'
import type { TransportHarness } from './harness.js'

const LOOPBACK: ResolvedAddress = { address: '127.0.0.1', family: 4 }
const PUBLIC: ResolvedAddress = { address: '93.184.215.14', family: 4 }

/** Where a request may go, and where it then goes. */
export const describeAddresses = (h: TransportHarness): void => {
  const named = () => `http://hooks.example.test:${h.server.port}/`

  it('refuses what the guard refuses, and nothing is connected to', async () => {
    const before = h.server.connections
    const guard = ipaddrGuard({ allowHttp: true, resolve: async () => [PUBLIC, LOOPBACK] })
    const hosts = ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', 'hooks.example.test']
    for (const host of hosts)
      expect(await h.send({ guard, url: `http://${host}:${h.server.port}/` })).toMatchObject({
        kind: 'refused',
      })
    expect(await h.send({ guard: ipaddrGuard({ allow: ['127.0.0.1'] }) })).toMatchObject({ kind: 'refused' })
    expect(h.server.connections).toBe(before)
  })

  it('refuses a name that was public when it was saved and has moved inside since', async () => {
    const before = h.server.connections
    const answers = [[PUBLIC], [LOOPBACK]]
    const guard = ipaddrGuard({ allowHttp: true, cacheMs: 0, resolve: async () => answers.shift() ?? [] })
    expect(await guard.resolve('hooks.example.test')).toEqual({ kind: 'allowed', addresses: [PUBLIC] })
    expect(await h.send({ guard, url: named() })).toMatchObject({ kind: 'refused' })
    expect(answers).toEqual([])
    expect(h.server.connections).toBe(before)
  })

  if (h.traits.pins !== false)
    it('connects to the address that was checked, and asks for the host by its name', async () => {
      h.server.behave(behaviours.answer(200))
      let asked = 0
      const resolve = async () => (asked++ === 0 ? [LOOPBACK] : [PUBLIC])
      const guard = ipaddrGuard({ allowHttp: true, allow: ['127.0.0.0/8'], cacheMs: 0, resolve })
      expect(await h.send({ guard, url: named() })).toMatchObject({ kind: 'response', statusCode: 200 })
      expect(h.server.requests.at(-1)?.headers.host).toBe(`hooks.example.test:${h.server.port}`)
      expect(asked).toBe(1)
    })

  it('never uses for one guard a connection that another one let through', async () => {
    h.server.behave(behaviours.answer(200))
    expect(await h.send()).toMatchObject({ kind: 'response' })
    const strict = ipaddrGuard({ allowHttp: true, resolve: async () => [LOOPBACK] })
    expect(await h.send({ guard: strict })).toMatchObject({ kind: 'refused' })
    expect(await h.send({ guard: strict, url: named() })).toMatchObject({ kind: 'refused' })
  })
}
