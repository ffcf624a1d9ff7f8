import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import express5 from 'express'
// @ts-expect-error an alias of express 4, whose types are those of express
import express4 from 'express4'
import { fastify } from 'fastify'
import { expressReceiver } from '../src/express.js'
import { fastifyReceiver } from '../src/fastify.js'
import { fetchReceiver } from '../src/fetch.js'
import type { Receiver } from '../src/receiver.js'

/** Sends a request to a receiver that is mounted somewhere; answers what came back. */
export type Send = (request: {
  method?: string
  headers: Record<string, string>
  body?: string | Uint8Array<ArrayBuffer>
}) => Promise<{ status: number; body: unknown; headers: Headers }>

export interface Mount {
  readonly send: Send
  close(): Promise<void>
}

const PATH = '/hooks/cms'

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

export const sendTo =
  (url: string): Send =>
  async ({ method = 'POST', headers, body }) => {
    const response = await fetch(url, {
      method,
      headers,
      ...(method === 'GET' || body === undefined ? {} : { body }),
    })
    const text = await response.text()
    if (!text.startsWith('{')) throw new Error(`${response.status} ${url} ${text}`)
    return { status: response.status, body: JSON.parse(text) as unknown, headers: response.headers }
  }

const onNode = async (listener: RequestListener): Promise<Mount> => {
  const { url, close } = await listen(listener)
  return { send: sendTo(`${url}${PATH}`), close }
}

/** Every way to mount a receiver. */
export const MOUNTS: Readonly<Record<string, (receiver: Receiver) => Promise<Mount>>> = {
  handle: async (receiver) => ({
    send: async ({ method = 'POST', headers, body = '' }) => {
      const answer = await receiver.handle({ method, headers, body })
      return { status: answer.status, body: JSON.parse(answer.body), headers: new Headers(answer.headers) }
    },
    close: async () => undefined,
  }),
  'Express 4': (receiver) =>
    onNode(express4().all(PATH, expressReceiver(receiver) as never) as RequestListener),
  'Express 5': (receiver) =>
    onNode(express5().all(PATH, expressReceiver(receiver) as never) as RequestListener),
  'Fastify 5': async (receiver) => {
    const app = fastify()
    app.post('/json', async (request) => request.body)
    await app.register(fastifyReceiver as never, { receiver, path: PATH } as never)
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return { send: sendTo(`${url}${PATH}`), close: () => app.close() }
  },
  fetch: async (receiver) => {
    const handler = fetchReceiver(receiver)
    return {
      send: async ({ method = 'POST', headers, body }) => {
        const init = { method, headers, ...(method === 'GET' || body === undefined ? {} : { body }) }
        const response = await handler(new Request(`http://localhost${PATH}`, init))
        return { status: response.status, body: await response.json(), headers: response.headers }
      },
      close: async () => undefined,
    }
  },
}
