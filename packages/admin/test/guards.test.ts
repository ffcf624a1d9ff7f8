import express5 from 'express'
// @ts-expect-error an alias of express 4, whose types are those of express
import express4 from 'express4'
import { fastify, type FastifyReply } from 'fastify'
import { describe, expect, it } from 'vitest'
import { adminRouter } from '../src/express.js'
import { adminPlugin, type FastifyGuard } from '../src/fastify.js'
import { adminHandler } from '../src/fetch.js'
import { adminRoutes, createAdminApi, type ManagedDispatcher } from '../src/index.js'
import { MAX_BODY_BYTES } from '../src/read-request.js'
import { MOUNTS } from './mounts.js'

/** A dispatcher that notes whoever touches it. */
const untouchable = () => {
  const touched: string[] = []
  const members = {
    list: async () => {
      touched.push('list')
      return { items: [], nextCursor: null }
    },
  }
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

  it.each([
    ['a body that is too long', '/', 'x'.repeat(MAX_BODY_BYTES + 1)],
    ['a path that leads nowhere', '/nothing/at/all', '{'],
    ['a method that is not there', '/stats', '{'],
  ])('refuse a stranger before they look at %s', async (_what, path, body) => {
    const mount = await mountOn(untouchable().dispatcher)
    const headers = { authorization: 'Bearer somebody-else', 'content-type': 'application/json' }
    expect((await mount.send({ method: 'PUT', path, headers, body })).status).toBe(401)
    await mount.close()
  })
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
    guard: (request: unknown, response: express5.Response, next: (error?: unknown) => void) => unknown,
  ) => {
    const { dispatcher: given, touched } = untouchable()
    const answers: number[] = []
    const errors: string[] = []
    for (const app of [express4(), express5()]) {
      app.use('/hooks', adminRouter(given, { guards: [guard] }) as never)
      app.use((error: Error, _request: unknown, response: express5.Response, _next: unknown) => {
        errors.push(error.message)
        response.status(418).json({ message: 'the app answers' })
      })
      const server = (app as ReturnType<typeof express5>).listen(0)
      const { port } = server.address() as { port: number }
      answers.push((await fetch(`http://127.0.0.1:${port}/hooks`)).status)
      server.close()
    }
    return { answers, touched, errors }
  }

  it('that fails, throws or rejects leaves the answer to the app', async () => {
    const refused = { answers: [418, 418], touched: [], errors: ['no', 'no'] }
    expect(await asked((_request, _response, next) => next(new Error('no')))).toEqual(refused)
    expect(await asked(() => Promise.reject(new Error('no')))).toEqual(refused)
    const throws = () => {
      throw new Error('no')
    }
    expect(await asked(throws)).toEqual(refused)
  })

  it('that answers and calls next all the same has refused, and nothing fails', async () => {
    const refused = { answers: [401, 401], touched: [], errors: [] }
    const answersFirst = await asked((_request, response, next) => {
      response.status(401).json({})
      next()
    })
    expect(answersFirst).toEqual(refused)
    const answersLast = await asked((_request, response, next) => {
      next()
      response.status(401).json({})
    })
    expect(answersLast).toEqual(refused)
  })

  it('that calls next twice lets one request in once', async () => {
    const { answers, touched } = await asked((_request, _response, next) => {
      next()
      next()
    })
    expect([answers, touched.length]).toEqual([[200, 200], 2])
  })

  it('that answers while a handler is at work had the last word, and nothing fails', async () => {
    const { answers, errors } = await asked((_request, response, next) => {
      next()
      queueMicrotask(() => response.status(401).json({}))
    })
    expect([answers, errors]).toEqual([[401, 401], []])
  })
})

describe('a Fastify guard', () => {
  it('that throws leaves the answer to the app; one that answers and calls done has refused', async () => {
    const { dispatcher: given, touched } = untouchable()
    const asked = async (guard: FastifyGuard) => {
      const app = fastify()
      app.setErrorHandler((_error, _request, reply) => reply.code(418).send({ message: 'the app answers' }))
      await app.register(adminPlugin, { dispatcher: given, prefix: '/hooks', guards: [guard] })
      return (await app.inject('/hooks')).statusCode
    }
    expect(await asked(async () => Promise.reject(new Error('no')))).toBe(418)
    expect(await asked((_request, _reply, done) => done(new Error('no')))).toBe(418)
    const answers = (_request: unknown, reply: FastifyReply, done: () => void) => {
      void reply.code(401).send({})
      done()
    }
    expect(await asked(answers)).toBe(401)
    expect(touched).toEqual([])
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

  it('that says no decides, whichever of several it is', async () => {
    const { dispatcher: given, touched } = untouchable()
    for (const authorize of [
      [() => true, () => false],
      [() => false, () => true],
    ]) {
      const handle = adminHandler(given, { authorize })
      expect((await handle(new Request('http://localhost/'))).status).toBe(403)
    }
    expect(touched).toEqual([])
  })
})
