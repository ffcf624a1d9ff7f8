/** One screen that tells the story: accepted, signed, paced, retried, delivered, through a `kill -9`. */
import { fork, type ChildProcess } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import { keepGoing } from './keep.js'
import type { Tally } from './receiver.js'
import { DELAYS_MS, demoOptions, LIMIT } from './settings.js'
import type { ShopReport } from './shop.js'
import { judge, report } from './verdict.js'

/** Whether it stays at the end, with the console. */
const isKept = process.argv.includes('--keep')
const ORDERS = 30
const SECRET = 'demo-secret-demo-secret-demo-secret-42'
const DEADLINE_MS = 25_000

const folder = await mkdtemp(join(tmpdir(), 'webhooks-demo-'))
const file = join(folder, 'demo.db')
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    rmSync(folder, { recursive: true, force: true })
    process.exit(1)
  })
const started = Date.now()
const say = (text: string) =>
  console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(5)}s  ${text}`)

const launch = (script: string): ChildProcess =>
  fork(new URL(script, import.meta.url), [], {
    execArgv: ['--import', 'tsx', '--conditions=swigs-source'],
    env: { ...process.env, DEMO_FILE: file, DEMO_SECRET: SECRET },
  })
const heard = <T>(child: ChildProcess) =>
  new Promise<T>((resolve) => child.once('message', (message) => resolve(message as T)))

const receiver = launch('receiver.ts')
const { port } = await heard<{ port: number }>(receiver)
const webhooks = createDispatcher({ ...demoOptions, storage: sqliteStorage({ file }) })
for (const [path, rateLimit] of [
  ['/healthy', false],
  ['/recovering', false],
  ['/limited', LIMIT],
] as const)
  await webhooks.subscriptions.create({
    appName: path.slice(1),
    url: `http://127.0.0.1:${port}${path}`,
    events: ['order.*'],
    appSecret: SECRET,
    rateLimit,
  })
say('Three subscribers: one healthy, one that answers 503 twice per event and then recovers,')
say(
  `one limited to ${LIMIT.limit} requests in any ${LIMIT.windowMs / 1000} s. Storage: one SQLite file, synchronous=FULL.`,
)
say(
  `Retries are shortened for this screen to ${DELAYS_MS.map((ms) => ms / 1000).join(', ')} s (default: 1, 5 and 15 minutes).`,
)

const accepted = new Set<string>()
const counts = { delivered: 0, retrying: 0, held: 0 }
const openShop = async (): Promise<ChildProcess> => {
  const shop = launch('shop.ts')
  await heard(shop)
  shop.on('message', (message: ShopReport) => {
    if ('accepted' in message) accepted.add(message.accepted)
    if ('event' in message) counts[message.event] += 1
  })
  return shop
}

let shop = await openShop()
const order = (number: number) => shop.send({ orderNumber: `ORD-${1000 + number}` })
for (let number = 1; number <= ORDERS / 2; number += 1) order(number)
while (accepted.size < ORDERS / 2) await sleep(10)
say(`${accepted.size} orders accepted: each is on disk, no subscriber was waited for.`)
await sleep(40)
const dead = new Promise((resolve) => shop.once('exit', resolve))
shop.kill('SIGKILL')
await dead
say(`The shop is killed with kill -9, with ${counts.delivered} delivered and the rest under way.`)
shop = await openShop()
say('The shop is started again on the same file, and takes more orders.')
for (let number = ORDERS / 2 + 1; number <= ORDERS; number += 1) order(number)

let pending = Infinity
while ((pending > 0 || accepted.size < ORDERS) && Date.now() - started < DEADLINE_MS) {
  await sleep(500)
  const stats = await webhooks.stats()
  pending = stats.pending + stats.pendingEvents
  say(
    `delivered ${String(stats.delivered).padStart(2)}, waiting ${String(stats.pending).padStart(2)} (for a retry, the rate limit, or the dead shop's lease)`,
  )
}

receiver.send('tallies')
const { tallies } = await heard<{ tallies: Record<string, Tally> }>(receiver)
const stats = await webhooks.stats()
const closed = new Promise((resolve) => shop.once('exit', resolve))
shop.send({ stop: true })
await closed
if (!isKept) receiver.disconnect()
await webhooks.stop()
if (!isKept) await rm(folder, { recursive: true })
const verdict = judge({
  tallies,
  accepted: [...accepted],
  delivered: stats.delivered,
  pending: stats.pending,
  orders: ORDERS,
})
console.log(report(verdict, counts.held))
if (isKept) {
  const { address } = await keepGoing({ file, port, secret: SECRET })
  console.log(
    `\nOrders go on, one endpoint is ill, one cannot be reached, one is limited. Look at them, end with Ctrl-C:\n${address}`,
  )
} else {
  console.log('\nnpm run demo -- --keep stays, with a console to look at.')
  process.exit(verdict.problems.length === 0 ? 0 : 1)
}
