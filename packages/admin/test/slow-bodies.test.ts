import { connect } from 'node:net'
import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { fastify } from 'fastify'
import express from 'express'
import { afterEach, describe, expect, it } from 'vitest'
import type { AddressInfo } from 'node:net'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { adminRouter } from '../src/express.js'
import { adminPlugin } from '../src/fastify.js'
import { adminHandler } from '../src/fetch.js'
import { createAdminApi } from '../src/index.js'
import { dispatcherOn } from './support.js'

const { webhooks } = dispatcherOn(memoryStorage())
const options = { bodyTimeoutMs: 50 }

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const onNode = async (listener: RequestListener): Promise<number> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => server.close())
  return (server.address() as AddressInfo).port
}

const SERVERS: Readonly<Record<string, () => Promise<number>>> = {
  Express: () =>
    onNode(express().use(adminRouter(webhooks, { guards: 'none', ...options })) as RequestListener),
  Fastify: async () => {
    const app = fastify()
    await app.register(adminPlugin, { dispatcher: webhooks, guards: 'none', ...options })
    cleanups.push(() => app.close())
    return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
  },
}

/** Everything that comes back on a connection on which a body drips, until the server ends it. */
const drip = (port: number, path: string) =>
  new Promise<string>((resolve) => {
    let text = ''
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n`,
      )
    })
    const timer = setInterval(() => socket.write(' '), 10)
    socket.on('data', (chunk) => (text += String(chunk)))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearInterval(timer)
      resolve(text)
    })
  })

describe.each(Object.entries(SERVERS))('a body that drips on %s', (_name, listen) => {
  it.each([
    ['where one is needed is answered 408', '/', 408],
    ['where nothing is keeps its answer', '/nothing/at/all', 404],
  ])('%s, and the connection ends', async (_what, path, status) => {
    expect(await drip(await listen(), path)).toMatch(
      new RegExp(`^HTTP/1.1 ${status} [^]*connection: close`, 'i'),
    )
  })
})

describe('a body that stalls', () => {
  it('on fetch is answered 408, and given up', async () => {
    const handle = adminHandler(webhooks, { authorize: 'none', ...options })
    let cancel = (): void => undefined
    const cancelled = new Promise<void>((resolve) => (cancel = resolve))
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new ReadableStream({ cancel: () => cancel() }),
      duplex: 'half',
    } as const
    const answer = await handle(new Request('http://localhost/', init))
    expect([answer.status, answer.headers.get('connection')]).toEqual([408, 'close'])
    await cancelled
  })

  it('has a deadline that is a number of milliseconds', () => {
    for (const bodyTimeoutMs of [0, -1, NaN, '10s', null] as never[])
      expect(() => createAdminApi(webhooks, { bodyTimeoutMs })).toThrow(
        /bodyTimeoutMs: Expected milliseconds/,
      )
  })
})

it('a Content-Encoding that means none is none', async () => {
  const handle = adminHandler(webhooks, { authorize: 'none' })
  const send = async (encoding: string) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
    return (await handle(new Request('http://localhost/', { method: 'POST', headers, body: '{}' }))).status
  }
  expect([await send('Identity'), await send(''), await send('identity, gzip')]).toEqual([400, 400, 415])
})
