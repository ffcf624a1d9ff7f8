import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import express5 from 'express'
// @ts-expect-error an alias of express 4, whose types are those of express
import express4 from 'express4'
import { fastify } from 'fastify'
import { expressReceiver } from '../src/express.js'
import { fastifyReceiver } from '../src/fastify.js'
import { fetchReceiver } from '../src/fetch.js'
import { nodeReceiver } from '../src/node.js'
import type { Receiver } from '../src/receiver.js'

export interface Sent {
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
  /** A stream is one that nobody ends. */
  readonly body?: string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>
}

/** Sends a request to a receiver that is mounted somewhere; answers what came back. */
export type Send = (request: Sent) => Promise<{ status: number; body: unknown; headers: Headers }>

export interface Mount {
  readonly send: Send
  /** Where it is found; none where there is no server. */
  readonly url?: string
  close(): Promise<void>
}

export const PATH = '/hooks/cms'

/** A real server on loopback. */
export const listen = async (listener: RequestListener) => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

const init = ({ method = 'POST', headers, body }: Sent): RequestInit => ({
  method,
  headers,
  ...(method !== 'GET' && body !== undefined && { body }),
  // Node's fetch wants it said for a stream.
  ...(body instanceof ReadableStream && { duplex: 'half' }),
})

export const sendTo =
  (url: string): Send =>
  async (request) => {
    const response = await fetch(url, init(request))
    const text = await response.text()
    if (!text.startsWith('{')) throw new Error(`${response.status} ${url} ${text}`)
    return { status: response.status, body: JSON.parse(text) as unknown, headers: response.headers }
  }

const onNode = async (listener: RequestListener): Promise<Mount> => {
  const { url, close } = await listen(listener)
  return { send: sendTo(`${url}${PATH}`), url: `${url}${PATH}`, close }
}

/** As small as an adapter of fetch handlers to Node can be: it leaves a body that nobody reads where it is. */
const toListener =
  (handler: (request: Request) => Promise<Response>): RequestListener =>
  async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const body =
      method !== 'GET' && ({ body: Readable.toWeb(incoming) as ReadableStream, duplex: 'half' } as const)
    const request = new Request(`http://localhost${url}`, {
      method,
      headers: headers as Record<string, string>,
      ...(body || {}),
    })
    const response = await handler(request)
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    outgoing.end(await response.text())
  }

/** Every way to mount a receiver. */
export const MOUNTS: Readonly<Record<string, (receiver: Receiver) => Promise<Mount>>> = {
  handle: async (receiver) => ({
    send: async ({ method = 'POST', headers, body = '' }) => {
      const given =
        body instanceof ReadableStream
          ? await receiver.handle({ method, headers, readBody: () => new Promise(() => undefined) })
          : await receiver.handle({ method, headers, body })
      return { status: given.status, body: JSON.parse(given.body), headers: new Headers(given.headers) }
    },
    close: async () => undefined,
  }),
  'node:http': (receiver) => onNode(nodeReceiver(receiver)),
  'Express 4': (receiver) => onNode(express4().all(PATH, expressReceiver(receiver)) as RequestListener),
  'Express 5': (receiver) => onNode(express5().all(PATH, expressReceiver(receiver)) as RequestListener),
  'Fastify 5': async (receiver) => {
    const app = fastify({ forceCloseConnections: true })
    await app.register(fastifyReceiver, { receiver, path: PATH })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return { send: sendTo(`${url}${PATH}`), url: `${url}${PATH}`, close: () => app.close() }
  },
  fetch: async (receiver) => {
    const handler = fetchReceiver(receiver)
    return {
      send: async (request) => {
        const response = await handler(new Request(`http://localhost${PATH}`, init(request)))
        return { status: response.status, body: await response.json(), headers: response.headers }
      },
      close: async () => undefined,
    }
  },
  'fetch behind a small adapter': (receiver) => onNode(toListener(fetchReceiver(receiver))),
  'fetch behind Hono': (receiver) =>
    onNode(getRequestListener(fetchReceiver(receiver), { overrideGlobalObjects: false })),
}
