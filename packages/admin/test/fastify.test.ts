import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { adminPlugin } from '../src/fastify.js'
import { dispatcherOn } from './support.js'

const mounted = async (prefix: string) => {
  const app = fastify()
  app.post('/json', async (request) => ({ echo: request.body }))
  await app.register(adminPlugin, {
    dispatcher: dispatcherOn(memoryStorage()).webhooks,
    prefix,
    guards: 'none' as const,
  })
  return app
}

describe('the admin API on Fastify', () => {
  it.each([
    ['', '/stats'],
    ['/', '/stats'],
    ['/api/', '/api/stats'],
    ['/api/webhooks', '/api/%77ebhooks/stats'],
    ['/sites/:site/webhooks', '/sites/a-site-with-a-long-name/webhooks/stats'],
  ])('under the prefix %j is found at %s', async (prefix, url) => {
    expect((await (await mounted(prefix)).inject(url)).json()).toMatchObject({ pending: 0 })
  })

  it('answers 405 with Allow to TRACE', async () => {
    const app = await mounted('/hooks')
    const { statusCode, headers } = await app.inject({ method: 'TRACE' as 'GET', url: '/hooks/stats' })
    expect([statusCode, headers['allow']]).toEqual([405, 'GET, HEAD'])
  })

  it('leaves the rest of the app parsing JSON', async () => {
    const app = await mounted('/hooks')
    const answer = await app.inject({ method: 'POST', url: '/json', payload: { a: 1 } })
    expect(answer.json()).toEqual({ echo: { a: 1 } })
  })
})
