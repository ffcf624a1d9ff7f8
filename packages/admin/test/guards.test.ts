import express5 from 'express'
// @ts-expect-error an alias of express 4, whose types are those of express
import express4 from 'express4'
import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { adminRouter } from '../src/express.js'
import { adminPlugin } from '../src/fastify.js'
import { adminHandler } from '../src/fetch.js'
import { adminRoutes, createAdminApi, type ManagedDispatcher } from '../src/index.js'
import { MOUNTS } from './mounts.js'

/** A dispatcher that notes whoever touches it. */
const untouchable = () => {
  const touched: string[] = []
  const members = { list: async () => touched.push('list') }
  const dispatcher = new Proxy({} as ManagedDispatcher, {
    get: (_target, name) => {
      // The mount looks once whether it was given a dispatcher.
      if (name === 'subscriptions')
        return new Proxy(members, {
          get: (target, member) => {
            if (member !== 'list') touched.push(String(member))
            return Reflect.get(target, member) as unknown
          },
        })
      touched.push(String(name))
      return undefined
    },
  })
  return { dispatcher, touched }
}

describe.each(Object.entries(MOUNTS))('guards on %s', (_name, mountOn) => {
  it.each(adminRoutes.map(({ name, method, path }) => ({ name, method, path })))(
    'keep whoever they refuse from $name',
    async ({ method, path }) => {
      const { dispatcher, touched } = untouchable()
      const mount = await mountOn(dispatcher)
      const headers = { authorization: 'Bearer somebody-else', 'content-type': 'application/json' }
      const body = JSON.stringify({ appName: 'x', since: '2026-01-01T00:00:00Z' })
      const answer = await mount.send({ method, path: path.replaceAll(/:\w+/g, 'some-id'), headers, body })
      expect(answer.status).toBe(401)
      expect(touched).toEqual([])
      await mount.close()
    },
  )
})

const { dispatcher } = untouchable()
const NONE = [undefined, [], null, 'nobody', [undefined], [{}], true]

describe('without guards', () => {
  it('no mount is made', async () => {
    for (const guards of NONE as never[]) {
      expect(() => adminRouter(dispatcher, { guards })).toThrow(/guards: .*'none'/)
      await expect(adminPlugin(fastify() as never, { dispatcher, guards })).rejects.toThrow(
        /guards: .*'none'/,
      )
      expect(() => adminHandler(dispatcher, { authorize: guards })).toThrow(/authorize: .*'none'/)
    }
    for (const options of [undefined, {}] as never[]) {
      expect(() => adminRouter(dispatcher, options)).toThrow(/guards/)
      expect(() => adminHandler(dispatcher, options)).toThrow(/authorize/)
    }
  })

  it('a mount is made where that is said aloud', () => {
    expect(adminRouter(dispatcher, { guards: 'none' })).toBeTypeOf('function')
    expect(adminHandler(dispatcher, { authorize: 'none' })).toBeTypeOf('function')
  })

  it('nor is one made without a dispatcher', () => {
    for (const nothing of [undefined, null, {}, 'webhooks'] as never[])
      expect(() => createAdminApi(nothing)).toThrow(/dispatcher: /)
  })
})

describe('an Express guard', () => {
  const asked = async (
    guard: (request: unknown, response: unknown, next: (error?: unknown) => void) => unknown,
  ) => {
    const { dispatcher: given, touched } = untouchable()
    const answers: number[] = []
    for (const app of [express4(), express5()]) {
      app.use('/hooks', adminRouter(given, { guards: [guard] }) as never)
      app.use((_error: unknown, _request: unknown, response: express5.Response, _next: unknown) => {
        response.status(418).json({ message: 'the app answers' })
      })
      const server = (app as ReturnType<typeof express5>).listen(0)
      const { port } = server.address() as { port: number }
      answers.push((await fetch(`http://127.0.0.1:${port}/hooks`)).status)
      server.close()
    }
    expect(touched).toEqual([])
    return answers
  }

  it('that fails, throws or rejects leaves the answer to the app', async () => {
    expect(await asked((_request, _response, next) => next(new Error('no')))).toEqual([418, 418])
    expect(await asked(() => Promise.reject(new Error('no')))).toEqual([418, 418])
    const throws = () => {
      throw new Error('no')
    }
    expect(await asked(throws)).toEqual([418, 418])
  })
})

describe('a fetch guard', () => {
  it('that says no, or anything but yes, is a 403', async () => {
    const { dispatcher: given, touched } = untouchable()
    for (const verdict of [false, undefined, 1, 'true'] as never[]) {
      const handle = adminHandler(given, { authorize: () => verdict })
      expect((await handle(new Request('http://localhost/'))).status).toBe(403)
    }
    expect(touched).toEqual([])
  })
})
