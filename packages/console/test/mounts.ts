import { createServer, request as forward, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import express5 from 'express'
// @ts-expect-error an alias of express 4, whose types are those of express
import express4 from 'express4'
import { fastify } from 'fastify'
import type { Asked, ManagedDispatcher, Scope } from '@swigs/webhooks-admin'
import { adminRouter } from '@swigs/webhooks-admin/express'
import { adminPlugin } from '@swigs/webhooks-admin/fastify'
import { adminHandler } from '@swigs/webhooks-admin/fetch'
import { consoleAssets } from '../src/index.js'

/** A served console. */
export interface Served {
  /** Of the console, with its slash. */
  readonly url: string
  close(): Promise<void>
}

/** What a mount takes beside the console itself. */
export interface Extras {
  readonly allowSend?: boolean
  readonly can?: (request: unknown, asked: Asked) => boolean
  readonly scope?: (request: unknown) => Scope
}

const listen = async (listener: RequestListener): Promise<{ origin: string; close: () => Promise<void> }> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { origin: `http://127.0.0.1:${port}`, close }
}

const optionsOf = (extras: Extras) => ({
  allowSend: true,
  actor: () => 'ada',
  console: consoleAssets(),
  ...extras,
})

/** A web-standard handler on Node's own server. */
const onFetch =
  (handle: (request: Request) => Promise<Response>): RequestListener =>
  (request, response) => {
    const headers = Object.entries(request.headers).map(
      ([name, value]) => [name, String(value)] as [string, string],
    )
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
    const init = {
      method: request.method ?? 'GET',
      headers,
      ...(hasBody && { body: Readable.toWeb(request) as ReadableStream, duplex: 'half' }),
    }
    void handle(new Request(`http://localhost${request.url}`, init as RequestInit)).then(async (answer) => {
      response.writeHead(answer.status, Object.fromEntries(answer.headers))
      response.end(await answer.text())
    })
  }

const onExpress =
  (make: () => ReturnType<typeof express5>, path: string) =>
  async (webhooks: ManagedDispatcher, extras: Extras = {}): Promise<Served> => {
    const app = make().use(path, adminRouter(webhooks, { guards: 'none', ...optionsOf(extras) }) as never)
    const { origin, close } = await listen(app as unknown as RequestListener)
    return { url: `${origin}${path === '/' ? '' : path}/console/`, close }
  }

/** Takes everything below `/outer/tools`, and asks for it without that, as nginx does with a slash in `proxy_pass`. */
const behindProxy = async (webhooks: ManagedDispatcher, extras: Extras = {}): Promise<Served> => {
  const inner = await onExpress(express5, '/')(webhooks, extras)
  const { port } = new URL(inner.url)
  const outer = await listen((request, response) => {
    if (!request.url?.startsWith('/outer/tools/')) return void response.writeHead(404).end('not here')
    const path = request.url.slice('/outer/tools'.length)
    const { method, headers } = request
    const asked = forward({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    asked.on('error', () => response.destroy())
    request.pipe(asked)
  })
  return {
    url: `${outer.origin}/outer/tools/console/`,
    close: async () => {
      await outer.close()
      await inner.close()
    },
  }
}

/** Every way to serve it. */
export const MOUNTS: Readonly<
  Record<string, (webhooks: ManagedDispatcher, extras?: Extras) => Promise<Served>>
> = {
  'Express 4 at /api/webhooks': onExpress(express4, '/api/webhooks'),
  'Express 5 at /': onExpress(express5, '/'),
  'Fastify at /a/b': async (webhooks, extras = {}) => {
    const app = fastify()
    await app.register(adminPlugin, {
      dispatcher: webhooks,
      prefix: '/a/b',
      guards: 'none',
      ...optionsOf(extras),
    })
    const origin = await app.listen({ port: 0, host: '127.0.0.1' })
    return { url: `${origin}/a/b/console/`, close: async () => void (await app.close()) }
  },
  'fetch at /hooks': async (webhooks, extras = {}) => {
    const options = { authorize: 'none' as const, basePath: '/hooks', ...optionsOf(extras) }
    const { origin, close } = await listen(onFetch(adminHandler(webhooks, options)))
    return { url: `${origin}/hooks/console/`, close }
  },
  'Express 5 behind a proxy that strips a prefix': behindProxy,
}

/** The one to look at a page on, where the mount does not matter. */
export const serve = onExpress(express5, '/api/webhooks')
