import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { openStorage } from './memory-module.js'
import type { StoreTrouble, TortureBed, TortureStore } from './store.js'

const NOUNS = ['subscriptions', 'events', 'lanes', 'deliveries', 'replays', 'metrics', 'maintenance'] as const
type Verbs = Record<string, Record<string, (input: unknown) => Promise<unknown>>>

/** One memory storage, served by this process to others: what was asked is done, whoever dies there. */
const serve = async () => {
  const nouns = memoryStorage() as unknown as Verbs
  const verbs = Object.fromEntries(NOUNS.map((noun) => [noun, Object.keys(nouns[noun] ?? {})]))
  let gate = Promise.resolve()
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    await gate
    const [, noun = '', verb = ''] = (request.url ?? '').split('/')
    try {
      const [input] = JSON.parse(body) as unknown[]
      const answer = noun === 'verbs' ? verbs : await nouns[noun]?.[verb]?.(input)
      response.end(JSON.stringify([answer]))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    pause: (ms: number) => (gate = sleep(ms)),
    cut: () => server.closeAllConnections(),
    close: () => void server.close().closeAllConnections(),
  }
}

const troublesOf = (served: Awaited<ReturnType<typeof serve>>): StoreTrouble[] => [
  { name: 'the storage stands still', weight: 3, run: (random) => served.pause(random.int(300, 7_000)) },
  { name: 'every connection is ended', weight: 3, run: async () => served.cut() },
]

export const memoryBed = async (): Promise<TortureBed> => ({
  kind: 'memory, in a process of its own',
  ownClock: false,
  exactStatistics: true,
  fresh: async (): Promise<TortureStore> => {
    const served = await serve()
    const location = `http://127.0.0.1:${served.port}`
    return {
      shared: {
        storageModule: new URL('memory-module.ts', import.meta.url).href,
        location,
        open: () => openStorage(location),
        cleanup: async () => served.close(),
      },
      troubles: troublesOf(served),
    }
  },
  stop: async () => undefined,
})
