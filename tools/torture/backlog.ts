import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { startReceiver, until, type Answer } from '@swigs/webhooks-dispatcher/processes'
import { randomFrom } from './random.js'
import type { TortureBed } from './stores/store.js'

/** How much of it there is. */
export interface BacklogSize {
  /** Deliveries that are due behind an endpoint that never answers. */
  readonly due: number
  /** Lanes beside it that have one delivery each, one after the other. */
  readonly quiet: number
}

/** What came of it. */
export interface BacklogReport extends BacklogSize {
  /** The most requests to the dead endpoint that began between the acceptance of a quiet lane's event and its arrival. */
  readonly mostBetween: number
  readonly breaches: readonly string[]
}

const DEAD = '/dead'
const CONCURRENCY = 20
const AT_ONCE = 500

/**
 * A mountain of work behind an endpoint that is dead, and quiet lanes beside it: what is accepted for one of those is sent before a
 * process has filled its slots once more.
 */
export const runBacklog = async (
  bed: TortureBed,
  seed: number,
  { due, quiet }: BacklogSize,
): Promise<BacklogReport> => {
  const { shared } = await bed.fresh(randomFrom(seed))
  let onQuiet = (): void => undefined
  // The dead one takes the request and says nothing.
  const answer: Answer = ({ path }, response) => {
    if (path === DEAD) return
    response.writeHead(200).end()
    onQuiet()
  }
  const receiver = await startReceiver(answer)
  const webhooks = createDispatcher({
    storage: await shared.open(),
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
    rateLimit: false,
    concurrency: CONCURRENCY,
    timeoutMs: 300,
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  const subscribe = (path: string, type: string) =>
    webhooks.subscriptions.create({ appName: path, url: receiver.url + path, events: [type] })
  try {
    await subscribe(DEAD, 'bulk.made')
    for (let index = 0; index < quiet; index += 1) await subscribe(`/${index}`, `quiet.q${index}`)
    for (let n = 0; n < due; n += AT_ONCE) {
      const some = Array.from({ length: Math.min(AT_ONCE, due - n) }, (_, index) => n + index)
      await Promise.all(some.map((each) => webhooks.dispatch('bulk.made', { n: each })))
    }
    await webhooks.start()
    const { arrivals } = receiver
    await until(
      'fill the slots',
      () => arrivals.length >= CONCURRENCY,
      () => arrivals.length,
    )
    let mostBetween = 0
    for (let index = 0; index < quiet; index += 1) {
      const before = arrivals.length
      const arrived = new Promise<void>((resolve) => (onQuiet = resolve))
      await webhooks.dispatch(`quiet.q${index}`, { n: index })
      await arrived
      const at = arrivals.findIndex(({ path }, one) => one >= before && path === `/${index}`)
      mostBetween = Math.max(mostBetween, at - before)
    }
    const breaches =
      mostBetween > CONCURRENCY
        ? [
            `${mostBetween} requests to a dead endpoint went before that of a quiet lane, of ${CONCURRENCY} slots`,
          ]
        : []
    return { due, quiet, mostBetween, breaches }
  } finally {
    await webhooks.stop({ graceMs: 0 })
    receiver.close()
    await shared.cleanup()
  }
}
