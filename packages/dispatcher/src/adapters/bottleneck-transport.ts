import Bottleneck from 'bottleneck'
import type { Reply } from '../core/reply.js'
import type { Transport, TransportRequest } from '../ports/transport.js'
import { whenAborted } from './when-aborted.js'

/**
 * One cap on everything that a process, or over Redis a whole cluster, sends out: an egress proxy's limit, say. The rate
 * window of each subscription is kept elsewhere, exactly. Waiting here does not use up a request's deadline, and ends at
 * once when the request's `signal` aborts, though the limiter counts the request until its turn has come. A request that
 * the limiter drops, or cannot judge because its Redis is away, was never sent: the reply is `aborted`, not an attempt.
 * @param options Bottleneck's own: `maxConcurrent`, `minTime`, `reservoir`, `datastore` … An `expiration` does not end a
 * request under way: the request's own deadline does.
 * @example
 * createDispatcher({ storage, transport: bottleneckTransport(undiciTransport(), { maxConcurrent: 20 }) })
 */
export const bottleneckTransport = (
  transport: Transport,
  options: Bottleneck.ConstructorOptions = {},
): Transport => {
  // A job that is dropped in silence would never be answered.
  const limiter = new Bottleneck({ ...options, rejectOnDrop: true })
  let closing: Promise<void> | null = null

  const throughLimiter = async (request: TransportRequest): Promise<Reply> => {
    let sent: Promise<Reply> | null = null
    try {
      return await limiter.schedule(async (): Promise<Reply> => {
        if (request.signal?.aborted) return { kind: 'aborted' }
        return (sent = transport.send(request))
      })
    } catch {
      return sent ?? { kind: 'aborted' }
    }
  }

  const close = async (): Promise<void> => {
    const stopped = limiter.stop({ dropWaitingJobs: true })
    // The limiter waits for what is under way, and closing is what ends that.
    await transport.close()
    await stopped
    await limiter.disconnect()
  }

  return {
    send: async (request) => {
      const { signal } = request
      if (signal?.aborted) return { kind: 'aborted' }
      const reply = throughLimiter(request)
      if (!signal) return reply
      let forget = (): void => undefined
      const aborted = new Promise<Reply>((resolve) => {
        forget = whenAborted(signal, () => resolve({ kind: 'aborted' }))
      })
      return Promise.race([reply, aborted]).finally(forget)
    },
    close: () => (closing ??= close()),
  }
}
