import Bottleneck from 'bottleneck'
import type { Reply } from '../core/reply.js'
import type { Transport } from '../ports/transport.js'

/**
 * One cap on everything that a process, or over Redis a whole cluster, sends out: an egress proxy's limit, say. The rate
 * window of each subscription is kept elsewhere, exactly. Waiting here does not use up a request's deadline.
 * @param options Bottleneck's own: `maxConcurrent`, `minTime`, `reservoir`, `datastore` …
 * @example
 * createDispatcher({ storage, transport: bottleneckTransport(undiciTransport(), { maxConcurrent: 20 }) })
 */
export const bottleneckTransport = (
  transport: Transport,
  options: Bottleneck.ConstructorOptions = {},
): Transport => {
  const limiter = new Bottleneck(options)
  return {
    send: async (request): Promise<Reply> => {
      const { signal } = request
      const job = limiter.schedule(async (): Promise<Reply> => {
        return signal?.aborted ? { kind: 'aborted' } : transport.send(request)
      })
      const dropped = job.catch((error: unknown): Reply => {
        // A job that the limiter dropped or stopped was never sent: not an attempt.
        if (error instanceof Bottleneck.BottleneckError) return { kind: 'aborted' }
        throw error
      })
      if (!signal) return dropped
      let onAbort = (): void => undefined
      const aborted = new Promise<Reply>((resolve) => {
        onAbort = () => resolve({ kind: 'aborted' })
        signal.addEventListener('abort', onAbort, { once: true })
      })
      return Promise.race([dropped, aborted]).finally(() => signal.removeEventListener('abort', onAbort))
    },
    close: async () => {
      await limiter.disconnect()
      await transport.close()
    },
  }
}
