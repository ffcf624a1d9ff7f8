import type { Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import { StorageUnavailableError } from '@swigs/webhooks-protocol'

const VERBS = {
  subscriptions: ['insert', 'get', 'list', 'matching', 'update', 'remove'],
  events: ['append', 'unfanned', 'fanOut', 'get', 'list'],
  lanes: ['acquire', 'extend', 'release', 'upcoming', 'complete', 'wake', 'remove'],
  deliveries: ['get', 'list', 'resend', 'cancel'],
  maintenance: ['counts', 'prune', 'repair'],
} as const

/** How a process opens the storage that another one serves: a handle whose every verb is a request to `location`. */
export const openStorage = async (location: string): Promise<Storage> => {
  const call = async (path: string, input: unknown): Promise<unknown> => {
    const body = JSON.stringify([input])
    const response = await fetch(`${location}/${path}`, { method: 'POST', body }).catch((error: Error) => {
      throw new StorageUnavailableError(`The server of the storage is away: ${error.message}`)
    })
    if (!response.ok) throw new Error(await response.text())
    return ((await response.json()) as unknown[])[0]
  }
  const nouns = Object.entries(VERBS).map(([noun, verbs]) => [
    noun,
    Object.fromEntries(verbs.map((verb) => [verb, (input: unknown) => call(`${noun}/${verb}`, input)])),
  ])
  return {
    name: 'toy',
    open: async () => undefined,
    close: async () => undefined,
    now: async () => null,
    ...(Object.fromEntries(nouns) as Pick<Storage, keyof typeof VERBS>),
  }
}
