import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import { data, IN_FLIGHT } from '../deliver/settings.js'

const SUBSCRIPTIONS = 20
const EVENTS_AT_A_TIME = 50

/**
 * What many waiting deliveries take on SQLite: of the heap, above the same process before, while its worker tries to send; and
 * of the disk, with nothing but events as well.
 */
export const run = async (args: readonly string[]): Promise<void> => {
  const options = { pending: { type: 'string', default: '400000' } } as const
  const { values } = parseArgs({ args: [...args], options })
  const events = Number(values.pending) / SUBSCRIPTIONS
  const collect = collector()
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-backlog-'))
  const file = join(folder, 'webhooks.db')
  const webhooks = createDispatcher({
    storage: sqliteStorage({ file }),
    concurrency: IN_FLIGHT,
    rateLimit: { limit: 1, windowMs: 600_000 },
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  })
  for (let index = 0; index < SUBSCRIPTIONS; index += 1)
    await webhooks.subscriptions.create({
      appName: `app-${index}`,
      url: `http://127.0.0.1:9/${index}`,
      events: ['order.created'],
    })
  await webhooks.start()
  const heap = async () => {
    await sleep(2_000)
    collect()
    return process.memoryUsage().heapUsed / 1e6
  }
  const before = await heap()
  for (let sent = 0; sent < events; sent += EVENTS_AT_A_TIME)
    await Promise.all(
      Array.from({ length: EVENTS_AT_A_TIME }, () => webhooks.dispatch('order.created', data)),
    )
  while ((await webhooks.stats()).pending < Number(values.pending)) await sleep(200)
  const after = await heap()
  console.log(
    `backlog: ${values.pending} pending, ${SUBSCRIPTIONS} subscriptions, behind a limit; Node ${process.version}`,
  )
  console.log(`heap of the host's thread: ${(after - before).toFixed(1)} MB more, mark 10`)
  await webhooks.stop()
  const { size } = await stat(file)
  console.log(
    `disk: ${Math.round(size / Number(values.pending))} bytes a delivery with its share of an event`,
  )
  await rm(folder, { recursive: true, force: true })
}

/** The collector itself, which Node gives to whoever asks before a context is made. */
const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
