import { describe, expect, it } from 'vitest'
import { connection } from './connection.js'
import { MOUNTS } from './mounts.js'
import { ROWS } from './requests.js'
import { gate, receiverThat, signed } from './support.js'

const SERVERS = Object.entries(MOUNTS).filter(([name]) => name !== 'handle' && name !== 'fetch')

/** A receiver on a server, what it was done with, and one connection to it. */
const serve = async (mountOn: (typeof SERVERS)[number][1], options: { bodyTimeoutMs?: number } = {}) => {
  const { receiver, handled } = receiverThat(undefined, options)
  const settled: number[] = []
  const [started, ended] = [gate(), gate()]
  const mount = await mountOn({
    handle: async (request) => {
      started.open()
      const answer = await receiver.handle(request)
      settled.push(answer.status)
      ended.open()
      return answer
    },
  })
  const { url = '' } = mount
  return {
    handled,
    settled,
    started: started.opened,
    ended: ended.opened,
    client: await connection(url),
    close: () => mount.close(),
  }
}

const lengthOf = (body: string) => ({ 'content-length': String(Buffer.byteLength(body)) })

describe.each(SERVERS)('a body on %s', (_name, mountOn) => {
  it('that drips is given up at its deadline: 408, and the connection ends', async () => {
    const { client, close, settled } = await serve(mountOn, { bodyTimeoutMs: 100 })
    client.head({ ...signed().headers, 'content-length': '1000' })
    const drip = setInterval(() => client.write(' '), 10)
    expect(await client.statuses(1)).toEqual(['408'])
    await client.closed()
    clearInterval(drip)
    expect(settled).toEqual([408])
    await close()
  })

  it.each([
    ['415', 'POST', { 'content-encoding': 'gzip' }],
    ['401', 'POST', { 'webhook-signature': 'v1,AAAA' }],
    ['405', 'PUT', {}],
  ])(
    'of a request that is refused with %s holds up no other on its connection',
    async (status, method, over) => {
      const { client, close, handled } = await serve(mountOn)
      const refused = 'x'.repeat(900_000)
      client.head({ ...signed().headers, ...over, ...lengthOf(refused) }, method)
      client.write(refused)
      expect(await client.statuses(1)).toEqual([status])
      client.head({ ...signed().headers, ...over, 'transfer-encoding': 'chunked' }, method)
      client.write(`8\r\n12345678\r\n0\r\n\r\n`)
      expect(await client.statuses(2)).toEqual([status, status])
      const { headers, body } = signed()
      client.head({ ...headers, ...lengthOf(body) })
      client.write(body)
      expect(await client.statuses(3)).toEqual([status, status, '200'])
      expect(handled).toHaveLength(1)
      client.destroy()
      await close()
    },
  )

  it('of a request that is refused by its head, and never ends, ends with its connection', async () => {
    const { client, close } = await serve(mountOn, { bodyTimeoutMs: 100 })
    client.head({ ...signed().headers, 'content-encoding': 'gzip', 'content-length': '1000' })
    expect(await client.statuses(1)).toEqual(['415'])
    await client.closed()
    await close()
  })

  it('that says it is too long is refused before it comes, and ends with its connection', async () => {
    const { client, close } = await serve(mountOn)
    client.head({ ...signed().headers, 'content-length': '2000000' })
    expect(await client.statuses(1)).toEqual(['413'])
    await client.closed()
    await close()
  })

  it('whose sender goes away leaves nothing waiting', async () => {
    const { client, close, settled, started, ended } = await serve(mountOn)
    client.head({ ...signed().headers, 'content-length': '1000' })
    client.write('{"id":')
    await started
    client.destroy()
    await ended
    expect(settled).toEqual([ROWS.aborted.status])
    await close()
  })
})
