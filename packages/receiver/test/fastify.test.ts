import { fastify } from 'fastify'
import { expect, it } from 'vitest'
import { fastifyReceiver } from '../src/fastify.js'
import { createReceiver } from '../src/receiver.js'
import { signedRequest } from '../src/testing.js'

it('leaves the rest of a Fastify app parsing JSON', async () => {
  const secret = 'receiver-secret-receiver-secret-0123'
  const app = fastify()
  app.post('/json', async (request) => ({ echo: request.body }))
  await app.register(fastifyReceiver, {
    prefix: '/hooks',
    receiver: createReceiver({ secret }),
    path: '/cms',
  })
  const json = await app.inject({ method: 'POST', url: '/json', payload: { a: 1 } })
  expect(json.json()).toEqual({ echo: { a: 1 } })
  const { headers, body } = signedRequest('order.created', {}, { secret })
  const hook = await app.inject({ method: 'POST', url: '/hooks/cms', headers, payload: body })
  expect(hook.json()).toEqual({ received: true })
  await app.close()
})

it('leaves what the app’s own hooks throw to the app', async () => {
  const app = fastify()
  app.addHook('onRequest', async () =>
    Promise.reject(Object.assign(new Error('closed'), { statusCode: 418 })),
  )
  await app.register(fastifyReceiver, {
    receiver: createReceiver({ secret: 'receiver-secret-receiver-secret-0123' }),
    path: '/cms',
  })
  const answer = await app.inject({ method: 'POST', url: '/cms', payload: '{}' })
  expect([answer.statusCode, answer.json()]).toMatchObject([418, { message: 'closed' }])
  await app.close()
})
