/**
 * One process of the harness: delivers, and dispatches when it is told to. Every event is announced before it is
 * dispatched and reported once it is accepted, so that the parent knows what a kill has cut short.
 */
import { createDispatcher, type Storage } from '@swigs/webhooks-dispatcher'
import { isWebhooksError } from '@swigs/webhooks-protocol'

/** What the parent passes in `argv`. */
export interface WorkerSettings {
  readonly location: string
  readonly rateLimit: { limit: number; windowMs: number } | false
  readonly concurrency: number
  readonly leaseMs: number
}

export type Order = { readonly dispatch: number } | { readonly stop: true }
export type Report =
  { readonly ready: true } | { readonly trying: number } | { readonly accepted: number; readonly id: string }

const tell = (report: Report) => process.send?.(report)

export const work = async (openStorage: (location: string) => Promise<Storage>): Promise<void> => {
  const settings = JSON.parse(process.argv[2] ?? '{}') as WorkerSettings
  const webhooks = createDispatcher({
    storage: await openStorage(settings.location),
    rateLimit: settings.rateLimit,
    concurrency: settings.concurrency,
    laneConcurrency: settings.concurrency,
    leaseMs: settings.leaseMs,
    pollIntervalMs: 100,
    retry: { delaysMs: [200, 200, 200, 200, 200], jitter: 0 },
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
  })
  await webhooks.start()
  process.on('message', (order: Order) => {
    if ('stop' in order) return void webhooks.stop().then(() => process.exit(0))
    tell({ trying: order.dispatch })
    webhooks.dispatch('order.created', { n: order.dispatch }).then(
      ({ id }) => tell({ accepted: order.dispatch, id: id ?? '' }),
      (error: unknown) => {
        // A storage that is away, or a process that stops, is what is tried here; anything else must be seen.
        if (!isWebhooksError(error)) throw error
      },
    )
  })
  process.on('disconnect', () => process.exit(1))
  tell({ ready: true })
}
