import type { Storage } from '@swigs/webhooks-dispatcher'
import type { WorkerSettings } from '@swigs/webhooks-dispatcher/processes'
import { StorageUnavailableError } from '@swigs/webhooks-protocol'
import { tempered } from '../temper.js'

export { ownOptions } from '../temper.js'

/** A storage that another process has: every verb is a request to it. */
export const openStorage = async (location: string, settings?: WorkerSettings): Promise<Storage> => {
  const call = async (path: string, input: unknown): Promise<unknown> => {
    const body = JSON.stringify([input])
    const sent = fetch(`${location}/${path}`, { method: 'POST', body })
    const answer = await sent
      .then(async (response) => (response.ok ? ((await response.json()) as unknown[]) : null))
      .catch((error: Error) => {
        throw new StorageUnavailableError(`The process that has the storage is away: ${error.message}`)
      })
    if (!answer) throw new Error(`${path} threw`)
    return answer[0]
  }
  const verbs = (await call('verbs', null)) as Record<string, string[]>
  const nouns = Object.entries(verbs).map(([noun, names]) => [
    noun,
    Object.fromEntries(names.map((verb) => [verb, (input: unknown) => call(`${noun}/${verb}`, input)])),
  ])
  const none = async () => undefined
  const own = { name: 'memory', open: none, close: none, now: async () => null }
  return tempered({ ...own, ...Object.fromEntries(nouns) } as Storage, settings)
}
