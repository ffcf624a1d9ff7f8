import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import express5 from 'express'
// @ts-expect-error an alias of express 4, whose types are those of express
import express4 from 'express4'
import { fastify } from 'fastify'
import { adminRouter } from '../src/express.js'
import { adminPlugin } from '../src/fastify.js'
import { adminHandler } from '../src/fetch.js'
import type { Asked, ConsoleAssets, Scope } from '../src/index.js'
import type { ManagedDispatcher } from '../src/route.js'

export const BASE = '/api/webhooks'
export const TOKEN = 'admin-token'

export interface Sent {
  readonly method?: string
  /** Below the mount, query included. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
}

export interface Received {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export interface Mount {
  send(request: Sent): Promise<Received>
  close(): Promise<void>
}

/** The guard of every mount: whoever has the token is let in, as `x-user` says. */
export const mayManage = (authorization: string | null | undefined) => authorization === `Bearer ${TOKEN}`

const init = ({ method = 'GET', headers, body }: Sent): RequestInit => ({
  method,
  headers: { authorization: `Bearer ${TOKEN}`, ...headers },
  redirect: 'manual',
  ...(body !== undefined && method !== 'GET' && method !== 'HEAD' && { body }),
  // Node's fetch wants it said for a stream.
  ...(body instanceof ReadableStream && { duplex: 'half' }),
})

const received = async (response: Response): Promise<Received> => ({
  status: response.status,
  headers: response.headers,
  text: await response.text(),
})

const at = (origin: string, close: () => Promise<unknown>): Mount => ({
  send: async (request) => received(await fetch(`${origin}${BASE}${request.path}`, init(request))),
  close: async () => void (await close()),
})

/** What a mount is given beside its guards; whoever asks is the user of `x-user`. */
export interface Extras {
  readonly can?: (user: string | null, asked: Asked) => boolean | Promise<boolean>
  readonly scope?: (user: string | null) => Scope | Promise<Scope>
  readonly console?: ConsoleAssets
  readonly allowSend?: boolean
}

const extrasOf = <R>({ can, scope, ...rest }: Extras, userOf: (request: R) => string | null) => ({
  ...rest,
  ...(can && { can: (request: R, asked: Asked) => can(userOf(request), asked) }),
  ...(scope && { scope: (request: R) => scope(userOf(request)) }),
})

interface NodeRequest {
  headers: Record<string, string | undefined>
}

const guard = (
  request: NodeRequest,
  response: { status(code: number): { json(body: unknown): void } },
  next: () => void,
) => {
  if (mayManage(request.headers['authorization'])) next()
  else response.status(401).json({ message: 'Not authorized' })
}

const actor = (request: NodeRequest) => request.headers['x-user'] ?? null

const onNode = async (listener: RequestListener): Promise<Mount> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return at(`http://127.0.0.1:${port}`, async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
}

/** Where the app's own parser comes first, as in the seed's app. */
export const BEHIND_JSON: Readonly<Record<string, (webhooks: ManagedDispatcher) => Promise<Mount>>> = {
  'Express 4': (webhooks) =>
    onNode(
      express4()
        .use(express4.json())
        .use(BASE, adminRouter(webhooks, { guards: [guard] })),
    ),
  'Express 5': (webhooks) =>
    onNode(
      express5()
        .use(express5.json())
        .use(BASE, adminRouter(webhooks, { guards: [guard] })) as RequestListener,
    ),
}

/** Every way to mount the admin API. */
export const MOUNTS: Readonly<
  Record<string, (webhooks: ManagedDispatcher, extras?: Extras) => Promise<Mount>>
> = {
  'Express 4': (webhooks, extras = {}) =>
    onNode(
      express4().use(BASE, adminRouter(webhooks, { guards: [guard], actor, ...extrasOf(extras, actor) })),
    ),
  'Express 5': (webhooks, extras = {}) =>
    onNode(
      express5().use(
        BASE,
        adminRouter(webhooks, { guards: [guard], actor, ...extrasOf(extras, actor) }),
      ) as RequestListener,
    ),
  'Fastify 5': async (webhooks, extras = {}) => {
    const app = fastify()
    const onRequest = async (
      { headers }: NodeRequest,
      reply: { code(status: number): { send(body: unknown): unknown } },
    ) => {
      if (!mayManage(headers['authorization'])) await reply.code(401).send({ message: 'Not authorized' })
    }
    const options = {
      dispatcher: webhooks,
      prefix: BASE,
      guards: [onRequest],
      actor,
      ...extrasOf(extras, actor),
    }
    await app.register(adminPlugin, options)
    return at(await app.listen({ port: 0, host: '127.0.0.1' }), () => app.close())
  },
  fetch: async (webhooks, extras = {}) => {
    const user = ({ headers }: Request) => headers.get('x-user')
    const handle = adminHandler(webhooks, {
      basePath: BASE,
      authorize: ({ headers }) =>
        mayManage(headers.get('authorization')) ||
        Response.json({ message: 'Not authorized' }, { status: 401 }),
      actor: user,
      ...extrasOf(extras, user),
    })
    return {
      send: async (request) =>
        received(await handle(new Request(`http://localhost${BASE}${request.path}`, init(request)))),
      close: async () => undefined,
    }
  },
}
