import type { DispatcherOptions, Reply, Storage, Transport } from '@swigs/webhooks-dispatcher'
import type { OwnOptions, WorkerSettings } from '@swigs/webhooks-dispatcher/processes'
import { storageWithFaults } from '@swigs/webhooks-dispatcher/testing'
import { StorageUnavailableError } from '@swigs/webhooks-protocol'

/** How what is plugged into a process behaves. */
export interface Temper {
  /** Its transport, logger and observer throw, reject, hang and answer nonsense. */
  readonly badPlugIns?: boolean
  /** Its storage refuses, loses answers, takes two seconds, or never answers. */
  readonly badStore?: boolean
}

const chance = (share: number) => Math.random() < share
const never = () => new Promise<never>(() => undefined)
const temperOf = (settings?: WorkerSettings) => (settings?.own ?? {}) as Temper

/** The storage of a process, as bad as it is to be. */
export const tempered = (storage: Storage, settings?: WorkerSettings): Storage => {
  if (!temperOf(settings).badStore) return storage
  return storageWithFaults(storage, async ({ point, moment }) => {
    if (point === 'migrate' || moment === 'during') return
    if (chance(0.03)) throw new StorageUnavailableError(`broken ${moment} the call`)
    if (chance(0.01)) await new Promise((resolve) => setTimeout(resolve, 2_000))
    if (chance(0.0005)) await never()
  })
}

const badTransport = (transport: Transport): Transport => ({
  send: async (request) => {
    if (chance(0.02)) throw new Error('thrown by the transport')
    if (chance(0.01)) return {} as Reply
    if (chance(0.003)) return never()
    return transport.send(request)
  },
  close: () => transport.close(),
})

const badLogger = (): void => {
  if (chance(0.5)) throw new Error('thrown by the logger')
  return Promise.reject(new Error('rejected by the logger')) as never
}
const quiet = () => undefined
const every = (log: () => void) => ({ info: log, warn: log, error: log })

/** What a process is made with: it says when a lease is lost, and nothing else. */
export const ownOptions: OwnOptions = (settings, transport): Partial<DispatcherOptions> => {
  const { badPlugIns } = temperOf(settings)
  return {
    logger: every(badPlugIns ? badLogger : quiet),
    observer: ({ name }) => {
      if (name === 'lease.lost' || name === 'attempt.discarded') process.send?.({ noted: name })
      if (badPlugIns && chance(0.2)) throw new Error('thrown by the observer')
    },
    transport: badPlugIns ? badTransport(transport) : transport,
  }
}
