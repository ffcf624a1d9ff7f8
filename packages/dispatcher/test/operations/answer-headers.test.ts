import { describe, expect, it } from 'vitest'
import { keptHeaders } from '../../src/core/kept-headers.js'
import { setUp } from '../support.js'

const about = {
  secrets: [{ value: 'planted-secret-planted-secret' }],
  headers: { authorization: 'Bearer abcdefgh' },
}

describe('the headers of an answer', () => {
  it('are kept with an attempt that failed, and where it went with each', async () => {
    let status = 503
    const headers = {
      'content-type': 'text/plain',
      'set-cookie': ['session=1', 'other=2'],
      via: 'Bearer abcdefgh',
    }
    const { webhooks, subscribe } = setUp({
      respond: () => ({
        kind: 'response',
        statusCode: status,
        retryAfter: null,
        body: '',
        truncated: false,
        headers,
        address: '192.0.2.1:443',
      }),
    })
    await subscribe({ headers: { Authorization: 'Bearer abcdefgh' } })
    const attemptOf = async () => {
      const { id } = await webhooks.dispatch('order.created', {})
      await webhooks.drain()
      const [delivery] = (await webhooks.deliveries.list({ eventId: id ?? '' })).items
      return (await webhooks.deliveries.get(delivery?.id ?? '')).attempts[0]
    }
    expect(await attemptOf()).toMatchObject({
      address: '192.0.2.1:443',
      responseHeaders: { 'content-type': 'text/plain', 'set-cookie': '********', via: '********' },
    })
    const [listed] = (await webhooks.deliveries.list()).items
    expect(listed?.attempts[0]?.responseHeaders ?? null).toBeNull()
    status = 200
    const taken = await attemptOf()
    expect([taken?.address, taken?.responseHeaders ?? null]).toEqual(['192.0.2.1:443', null])
  })

  it('are bounded: in number, in each, and in all, and masked before they are cut', () => {
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`x-${index}`, 'a']))
    expect(Object.keys(keptHeaders(many, about))).toHaveLength(32)
    const long = keptHeaders({ 'x-long': 'a'.repeat(9_000) }, about)
    expect(long['x-long']).toHaveLength(256)
    const large = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`x-${index}`, 'a'.repeat(300)]),
    )
    expect(JSON.stringify(keptHeaders(large, about)).length).toBeLessThan(2_200)
    const { value } = about.secrets[0] ?? { value: '' }
    const cut = keptHeaders({ 'x-echo': `${'a'.repeat(250)}${value}` }, about)
    expect(cut['x-echo']).not.toContain(value.slice(0, 6))
  })

  it('that a plug-in made up are no worse than none', () => {
    expect(keptHeaders({ a: undefined, b: 5 as never, c: 'fine' }, about)).toEqual({ c: 'fine' })
  })
})
