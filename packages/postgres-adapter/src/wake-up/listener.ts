import { quoted } from '../schema/migrations.js'
import { channelOf } from './announcer.js'

const HEARTBEAT_MS = 15_000
const ANSWER_MS = 5_000
const SHORTEST_WAIT_MS = 100
const LONGEST_WAIT_MS = 15_000

/** How a listener is set up. */
export interface ListenerSettings {
  readonly connectionString: string
  readonly schema: string
  /** What this process sends its own notifications under: they are passed over. */
  readonly sender: string
  readonly heartbeatMs?: number
}

/**
 * Listens on a connection of its own until it is stopped. One that breaks, or does not answer a heartbeat, is made anew, and
 * `onHint` is called: there may have been something to hear. Answers how to stop.
 */
export const listen = (
  { connectionString, schema, sender, heartbeatMs = HEARTBEAT_MS }: ListenerSettings,
  onHint: () => void,
): (() => Promise<void>) => {
  let stopped = false
  let wake = (): void => undefined
  const wait = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      timer.unref()
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  /** Resolves when the connection is of no more use. */
  const once = async (): Promise<void> => {
    const { default: pg } = await import('pg')
    const client = new pg.Client({
      connectionString,
      keepAlive: true,
      connectionTimeoutMillis: ANSWER_MS,
      query_timeout: ANSWER_MS,
    })
    let broken = false
    const onEnd = () => {
      broken = true
      wake()
    }
    client.on('error', onEnd).on('end', onEnd)
    client.on('notification', ({ payload }) => {
      if (payload !== sender) onHint()
    })
    try {
      await client.connect()
      await client.query(`LISTEN ${quoted(channelOf(schema))}`)
      onHint()
      failures = 0
      while (!stopped && !broken) {
        await wait(heartbeatMs)
        if (!stopped && !broken) await client.query('SELECT 1')
      }
    } finally {
      await client.end().catch(() => undefined)
    }
  }

  let failures = 0
  const run = async () => {
    while (!stopped) {
      await once().catch(() => undefined)
      failures += 1
      if (!stopped) await wait(Math.min(LONGEST_WAIT_MS, SHORTEST_WAIT_MS * 2 ** Math.min(failures, 10)))
    }
  }
  const running = run()
  return async () => {
    stopped = true
    wake()
    await running
  }
}
