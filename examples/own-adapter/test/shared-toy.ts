import type { SharedStorage } from '@swigs/webhooks-dispatcher/contracts'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { toyStorage } from '../src/toy-storage.js'
import { openStorage } from './open-storage.js'

type Verbs = Record<string, Record<string, (input: unknown) => Promise<unknown>>>

/** The storage in this process, served to others as a database is: whoever is killed there, what was asked is done here. */
export const sharedToy = async (): Promise<SharedStorage> => {
  const nouns = toyStorage(new Map()) as unknown as Verbs
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const [, noun = '', verb = ''] = (request.url ?? '').split('/')
    try {
      const [input] = JSON.parse(body) as unknown[]
      response.end(JSON.stringify([await nouns[noun]?.[verb]?.(input)]))
    } catch (error) {
      response.writeHead(500).end(String(error))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const location = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    storageModule: new URL('open-storage.ts', import.meta.url).href,
    location,
    // It looks at all rows for everything.
    slow: true,
    open: () => openStorage(location),
    cleanup: async () => {
      server.close()
      server.closeAllConnections()
    },
  }
}
