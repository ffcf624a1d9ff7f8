/** What is left to look at after the demo: a live load, endpoints that are well, ill and limited, and the console. */
import type { AddressInfo } from 'node:net'
import { adminRouter } from '@swigs/webhooks-admin/express'
import { consoleAssets } from '@swigs/webhooks-console'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { swigsEvents } from '@swigs/webhooks-protocol'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import express from 'express'
import { demoOptions } from './settings.js'

const EVERY_MS = 400
const TYPES = ['order.created', 'order.created', 'order.paid', 'customer.created'] as const

/** Where the demo left its orders, and where its receivers are. */
export interface Stage {
  readonly file: string
  readonly port: number
  readonly secret: string
}

/** What goes on, and where to look at it. */
export interface Show {
  /** Of the console. */
  readonly address: string
  stop(): Promise<void>
}

// One endpoint is ill on purpose: that is no news.
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Goes on until it is stopped. */
export const keepGoing = async ({ file, port, secret }: Stage): Promise<Show> => {
  const webhooks = createDispatcher({
    ...demoOptions,
    storage: sqliteStorage({ file }),
    events: swigsEvents,
    logger: quiet,
  })
  const subscribe = (appName: string, url: string) =>
    webhooks.subscriptions.create({
      appName,
      url,
      events: ['order.*', 'customer.*'],
      appSecret: secret,
      rateLimit: false,
    })
  await subscribe('ill', `http://127.0.0.1:${port}/ill`)
  await subscribe('unreachable', 'http://127.0.0.1:9/')
  const limited = (await webhooks.subscriptions.list()).items.find(({ appName }) => appName === 'limited')
  if (limited) await webhooks.subscriptions.update(limited.id, { rateLimit: { limit: 3, windowMs: 2_000 } })
  await webhooks.start()

  let number = 0
  const load = setInterval(() => {
    number += 1
    const type = TYPES[number % TYPES.length] ?? 'order.created'
    void webhooks.dispatch(type, swigsEvents[type].example as never).catch(() => clearInterval(load))
  }, EVERY_MS)

  // On this machine alone, for anyone on it: an app has guards here.
  const app = express().use(
    '/webhooks',
    adminRouter(webhooks, { guards: 'none', console: consoleAssets(), allowSend: true }),
  )
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/console/`,
    stop: async () => {
      clearInterval(load)
      server.closeAllConnections()
      server.close()
      await webhooks.stop()
    },
  }
}
