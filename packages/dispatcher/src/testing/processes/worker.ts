/**
 * One process of the harness: delivers, and dispatches when it is told to. Every event is announced before it is
 * dispatched and reported once it is accepted, so that the parent knows what a kill has cut short.
 */
import { isWebhooksError } from '@swigs/webhooks-protocol'
import { undiciTransport } from '../../adapters/undici-transport.js'
import type { DispatcherOptions } from '../../api/options.js'
import { createDispatcher } from '../../create-dispatcher.js'
import type { Storage } from '../../ports/storage/storage.js'
import type { Transport } from '../../ports/transport.js'
import { storageWithFaults, transportWithFaults } from '../fault-points.js'
import { PROCESS_HEADER } from './arrivals.js'
import { dieAt, type Fault } from './die-at.js'

/** What the parent passes in `argv`. */
export interface WorkerSettings {
  /** The name of the process, on every request that it sends. */
  readonly name: string
  readonly location: string
  readonly rateLimit: { limit: number; windowMs: number } | false
  readonly concurrency: number
  readonly leaseMs: number
  /** Of a request, ms; default the dispatcher's. */
  readonly timeoutMs?: number | undefined
  /** Default five of 200. */
  readonly retryDelaysMs?: readonly number[] | undefined
  /** Where it dies by itself. */
  readonly fault?: Fault | undefined
  /** For the storage's module. */
  readonly own?: unknown
}

export type Order =
  /** An event with this number, of this type: default `order.created`. */
  { readonly dispatch: number; readonly type?: string } | { readonly stop: true }
export type Report =
  | { readonly ready: true }
  | { readonly trying: number }
  | { readonly accepted: number; readonly id: string }
  | { readonly refused: number; readonly code: string }
  /** What the storage's module has to say of its own. */
  | { readonly noted: string }

/** What the storage's module may change about the dispatcher of a worker; the transport is the one it would have had. */
export type OwnOptions = (
  settings: WorkerSettings,
  transport: Transport,
) => Partial<Omit<DispatcherOptions, 'storage'>>

/** What the storage's module exports. */
export interface WorkerModule {
  readonly openStorage: (location: string, settings: WorkerSettings) => Promise<Storage>
  readonly ownOptions?: OwnOptions
}

const tell = (report: Report) => process.send?.(report)

const AGAIN_MS = 200
const DELAYS_MS = [200, 200, 200, 200, 200]

/** Says which process sends. */
const named = (transport: Transport, name: string): Transport => ({
  send: (request) => transport.send({ ...request, headers: { ...request.headers, [PROCESS_HEADER]: name } }),
  close: () => transport.close(),
})

/** Whoever starts while the storage is away tries again, as whatever runs an app would. */
const patiently = async <T>(call: () => Promise<T>): Promise<T> => {
  for (;;)
    try {
      return await call()
    } catch (error) {
      if (!isWebhooksError(error, 'STORAGE_UNAVAILABLE')) throw error
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
    }
}

export const work = async ({ openStorage, ownOptions }: WorkerModule): Promise<void> => {
  const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings
  const hook = settings.fault ? dieAt(settings.fault) : () => undefined
  const transport = transportWithFaults(named(undiciTransport(), settings.name), hook)
  const webhooks = createDispatcher({
    rateLimit: settings.rateLimit,
    concurrency: settings.concurrency,
    laneConcurrency: settings.concurrency,
    leaseMs: settings.leaseMs,
    timeoutMs: settings.timeoutMs,
    pollIntervalMs: 100,
    retry: { delaysMs: settings.retryDelaysMs ?? DELAYS_MS, jitter: 0 },
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
    transport,
    ...ownOptions?.(settings, transport),
    storage: storageWithFaults(await patiently(() => openStorage(settings.location, settings)), hook),
  })
  await patiently(() => webhooks.start())
  process.on('message', (order: Order) => {
    if ('stop' in order) return void webhooks.stop().then(() => process.exit(0))
    tell({ trying: order.dispatch })
    webhooks.dispatch(order.type ?? 'order.created', { n: order.dispatch }).then(
      ({ id }) => tell({ accepted: order.dispatch, id: id ?? '' }),
      (error: unknown) => {
        // A storage that is away, or a process that stops, is what is tried here; anything else must be seen.
        if (!isWebhooksError(error)) throw error
        tell({ refused: order.dispatch, code: error.code })
      },
    )
  })
  process.on('disconnect', () => process.exit(1))
  tell({ ready: true })
}
