import type { RequestListener } from 'node:http'
import { runInNewContext } from 'node:vm'
import express5, { type RequestHandler } from 'express'
// @ts-expect-error an alias of express 4, whose types are those of express
import express4 from 'express4'
import { fastify } from 'fastify'
import { describe, expect, it } from 'vitest'
import { expressReceiver, keepRawBody, verifyWebhook } from '../src/express.js'
import { fastifyReceiver } from '../src/fastify.js'
import { fetchReceiver } from '../src/fetch.js'
import { nodeReceiver } from '../src/node.js'
import type { Receiver } from '../src/receiver.js'
import { connection } from './connection.js'
import { listen, sendTo } from './mounts.js'
import { ROWS } from './requests.js'
import { gate, receiverThat, SECRET, signed } from './support.js'

const { accepted, aborted, misconfigured } = ROWS
const request = (request: unknown) => request as { body?: unknown; rawBody?: unknown }

/** Has the body left in other forms than a parser that runs first would. */
const leaves =
  (name: 'body' | 'rawBody', made: (bytes: Buffer) => unknown): RequestHandler =>
  (incoming, response, next) =>
    express5.raw({ type: '*/*' })(incoming, response, (error?: unknown) => {
      const bytes = request(incoming).body as Buffer
      request(incoming).body = undefined
      request(incoming)[name] = made(bytes)
      next(error)
    })

const FORMS: Record<string, (bytes: Buffer) => unknown> = {
  'a string': (bytes) => bytes.toString(),
  'a Buffer': (bytes) => bytes,
  'a Uint8Array': (bytes) => Uint8Array.from(bytes),
  'bytes of another realm': (bytes) => runInNewContext(`Uint8Array.from([${[...bytes].join()}])`) as unknown,
}

describe.each([
  ['Express 4', express4 as unknown as typeof express5],
  ['Express 5', express5],
])('what was there before, on %s', (_name, express) => {
  const post = async (first: RequestHandler[], receiver: Receiver) => {
    const app = express()
    for (const handler of first) app.use(handler)
    app.post('/cms', expressReceiver(receiver))
    const { url, close } = await listen(app as RequestListener)
    try {
      return await sendTo(`${url}/cms`)(signed())
    } finally {
      await close()
    }
  }

  it.each(
    (['body', 'rawBody'] as const).flatMap((name) =>
      Object.entries(FORMS).map(([form, made]) => [name, form, made] as const),
    ),
  )('req.%s as %s is verified', async (name, _form, made) => {
    const { receiver, handled } = receiverThat()
    expect(await post([leaves(name, made)], receiver)).toMatchObject({ status: 200, body: accepted.body })
    expect(handled).toHaveLength(1)
  })

  it.each<[string, RequestHandler[]]>([
    ['express.json()', [express.json()]],
    [
      'a stream that ended unseen',
      [(incoming, _response, next) => void incoming.resume().on('end', () => next())],
    ],
    ['a rawBody that was parsed', [leaves('rawBody', (bytes) => JSON.parse(bytes.toString()) as unknown)]],
  ])('%s is a set-up to mend, and the log says how', async (_what, first) => {
    const { receiver, lines } = receiverThat()
    const { status, body } = misconfigured
    expect(await post(first, receiver)).toMatchObject({ status, body })
    expect(lines.join()).toMatch(/Misconfigured: .*express\.json\(\{ verify: keepRawBody \}\)/)
  })

  it('express.json() with keepRawBody is none', async () => {
    const { receiver } = receiverThat()
    expect(await post([express.json({ verify: keepRawBody })], receiver)).toMatchObject({ status: 200 })
  })

  it('a sender that went away before the middleware ran leaves nothing waiting, verifyWebhook neither', async () => {
    for (const middleware of [
      (receiver: Receiver) => expressReceiver(receiver),
      () => verifyWebhook({ secret: SECRET }),
    ]) {
      const { receiver } = receiverThat()
      const [seen, over] = [gate(), gate()]
      const app = express()
      app.use((incoming, response, next) => {
        const { end } = response
        response.end = ((...given: Parameters<typeof end>) => {
          over.open()
          return Reflect.apply(end, response, given) as typeof response
        }) as typeof end
        incoming.once('close', () => setImmediate(next))
        seen.open()
      })
      app.post('/cms', middleware(receiver) as RequestHandler)
      const { url, close } = await listen(app as RequestListener)
      const client = await connection(`${url}/cms`)
      client.head({ ...signed().headers, 'content-length': '1000' })
      await seen.opened
      client.destroy()
      await over.opened
      await close()
    }
  })
})

describe('what was there before', () => {
  it('on node:http: a request that somebody read is a set-up to mend, one that is gone is answered', async () => {
    const { receiver, lines } = receiverThat()
    const statuses: number[] = []
    const [seen, settled] = [gate(), gate()]
    const listener = nodeReceiver(receiver)
    const { url, close } = await listen((incoming, response) => {
      const isRead = incoming.headers['x-read'] === 'yes'
      if (isRead) incoming.resume()
      incoming.on('error', () => undefined)
      incoming.once(isRead ? 'end' : 'close', async () => {
        await listener(incoming, response)
        statuses.push(response.statusCode)
        if (!isRead) settled.open()
      })
      if (!isRead) seen.open()
    })
    const { headers, body } = signed()
    const read = await sendTo(url)({ headers: { ...headers, 'x-read': 'yes' }, body })
    expect([read.status, read.body]).toEqual([misconfigured.status, misconfigured.body])
    expect(lines.join()).toContain('Hand nodeReceiver the request before anything else reads it.')
    const client = await connection(`${url}/cms`)
    client.head({ ...headers, 'content-length': '1000' })
    await seen.opened
    client.destroy()
    await settled.opened
    expect(statuses).toEqual([misconfigured.status, aborted.status])
    await close()
  })

  it('on fetch: a body that was read, or that somebody is reading, is a set-up to mend', async () => {
    const { receiver, lines } = receiverThat()
    const made = () => new Request('http://localhost/cms', signed())
    const [read, locked] = [made(), made()]
    await read.text()
    locked.body?.getReader()
    for (const given of [read, locked]) {
      const answer = await fetchReceiver(receiver)(given)
      expect([answer.status, await answer.json()]).toEqual([misconfigured.status, misconfigured.body])
    }
    expect(lines.join()).toMatch(/request\.clone\(\)/)
  })

  it('on Fastify: what a plugin parsed is a set-up to mend, its bytes and a type that is none are verified', async () => {
    const { receiver, lines } = receiverThat()
    const post = async (left: (body: string) => unknown, headers = {}) => {
      const app = fastify()
      app.addHook('preHandler', async (incoming) => {
        const { body } = signed()
        const given = left(body)
        if (given !== undefined) incoming.body = given
      })
      await app.register(fastifyReceiver, { receiver, path: '/cms' })
      const { headers: own, body } = signed()
      const answer = await app.inject({
        method: 'POST',
        url: '/cms',
        headers: { ...own, ...headers },
        payload: body,
      })
      return [answer.statusCode, answer.json()] as const
    }
    expect(await post((body) => JSON.parse(body) as unknown)).toEqual([
      misconfigured.status,
      misconfigured.body,
    ])
    expect(lines.join()).toMatch(/fastify-plugin/)
    expect(await post(() => undefined, { 'content-type': 'no type at all' })).toEqual([200, accepted.body])
  })

  it('in handle: what was parsed is a set-up to mend, text and bytes are verified', async () => {
    const { receiver, lines } = receiverThat()
    for (const made of Object.values(FORMS)) {
      const { body, ...head } = signed()
      expect(await receiver.handle({ ...head, body: made(Buffer.from(body)) as string })).toMatchObject({
        status: 200,
      })
    }
    const { body, ...head } = signed()
    for (const parsed of [JSON.parse(body) as never, undefined])
      expect(await receiver.handle({ ...head, body: parsed })).toMatchObject({ status: misconfigured.status })
    expect(lines.join()).toMatch(/as it arrived, not parsed/)
  })
})
