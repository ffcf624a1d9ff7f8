import { fork } from 'node:child_process'
import { constants, setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createDispatcher, type Dispatcher, type Storage } from '@swigs/webhooks-dispatcher'
import { CONTENDERS } from '../deliver/storages.js'
import { median, percentile } from '../median.js'
import { BACKLOG, EVENTS, EVERY_MS, FLOODING, HEALTHY } from './settings.js'

/** What the receiver tells over IPC. */
type Told = { readonly port: number } | { readonly count: number } | { readonly delays: readonly number[] }

const startReceiver = async () => {
  const receiver = fork(new URL('receiver.mjs', import.meta.url))
  const told = <T extends Told>() => new Promise<T>((resolve) => receiver.once('message', resolve))
  const { port } = await told<{ port: number }>()
  const ask = async <T extends Told>(what: 'count' | 'delays'): Promise<T> => {
    const answer = told<T>()
    receiver.send(what)
    return answer
  }
  return { url: `http://127.0.0.1:${port}`, pid: receiver.pid ?? 0, ask, close: () => receiver.disconnect() }
}

type Receiver = Awaited<ReturnType<typeof startReceiver>>

/** Some that flood. */
const flood = async (webhooks: Dispatcher, url: string): Promise<void> => {
  for (let index = 0; index < FLOODING; index += 1)
    await webhooks.subscriptions.create({
      appName: `flooding-${index}`,
      url: `${url}/${index % 2 === 0 ? 'interim' : 'extension'}/${index}`,
      events: ['order.*'],
      rateLimit: false,
    })
}

/** One that is dead, one that never ends, one behind whose limit everything piles up. */
const spoil = async (webhooks: Dispatcher, url: string): Promise<void> => {
  const subscribe = (
    path: string,
    events: string[],
    rateLimit: { limit: number; windowMs: number } | false,
  ) => webhooks.subscriptions.create({ appName: path, url: `${url}/${path}`, events, rateLimit })
  await subscribe('dead', ['*'], false)
  await subscribe('endless', ['*'], false)
  await subscribe('backlogged', ['backlog'], { limit: 100, windowMs: 60_000 })
  for (let left = BACKLOG; left > 0; left -= 1_000)
    await Promise.all(Array.from({ length: 1_000 }, () => webhooks.dispatch('backlog', {})))
}

/** What is beside the healthy ones. */
const SPOILERS: Record<string, (webhooks: Dispatcher, url: string) => Promise<void>> = {
  bad: spoil,
  flooding: flood,
}

/** Ms from `dispatch` to arrival at each healthy receiver. */
const measure = async (
  storage: Storage,
  receiver: Receiver,
  spoilt: (webhooks: Dispatcher) => Promise<void>,
): Promise<readonly number[]> => {
  const network = { allowHttp: true, allow: ['127.0.0.0/8'] }
  const webhooks = createDispatcher({ storage, network, rateLimit: false, timeoutMs: 5_000 })
  for (let index = 0; index < HEALTHY; index += 1)
    await webhooks.subscriptions.create({
      appName: `app-${index}`,
      url: `${receiver.url}/healthy/${index}`,
      events: ['order.*'],
    })
  await webhooks.start()
  await spoilt(webhooks)
  const happen = () => webhooks.dispatch('order.created', { at: Date.now() })
  // Strangers share half of the slots until they have answered once.
  await happen()
  while ((await receiver.ask<{ count: number }>('count')).count < HEALTHY) await sleep(5)
  await receiver.ask('delays')
  for (let event = 0; event < EVENTS; event += 1) {
    await happen()
    await sleep(EVERY_MS)
  }
  while ((await receiver.ask<{ count: number }>('count')).count < EVENTS * HEALTHY) await sleep(20)
  const { delays } = await receiver.ask<{ delays: readonly number[] }>('delays')
  await webhooks.stop({ graceMs: 0 })
  return delays
}

/** How late events come to healthy receivers beside others, as a ratio of how late they come without; medians. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      storage: { type: 'string' },
      beside: { type: 'string' },
      rounds: { type: 'string', default: '3' },
    },
  })
  console.log(
    `neighbours: ${HEALTHY} healthy lanes, ${EVENTS} events for all of them, one each ${EVERY_MS} ms; beside them, in a process of ` +
      `their own, bad: one dead, one endless, one backlogged by ${BACKLOG}; flooding: ${FLOODING} that flood; Node ${process.version}`,
  )
  for (const name of values.storage ? [values.storage] : ['memory', 'sqlite'])
    for (const beside of values.beside ? [values.beside] : Object.keys(SPOILERS))
      await compare(name, beside, Number(values.rounds))
}

const compare = async (name: string, beside: string, rounds: number): Promise<void> => {
  const make = CONTENDERS[name]
  if (!make) throw new Error(`Unknown storage ${name}. Known: ${Object.keys(CONTENDERS).join(', ')}`)
  const spoiler = SPOILERS[beside]
  if (!spoiler) throw new Error(`Unknown neighbours ${beside}. Known: ${Object.keys(SPOILERS).join(', ')}`)
  const contender = await make()
  const figures = { alone: [] as number[], beside: [] as number[], ratios: [] as number[] }
  const p99 = async (spoilt: (webhooks: Dispatcher, url: string) => Promise<void>): Promise<number> => {
    const [receiver, others] = await Promise.all([startReceiver(), startReceiver()])
    // They stand for other machines: what they burn themselves is not to be missing here.
    setPriority(others.pid, constants.priority.PRIORITY_LOW)
    const { storage, close } = await contender.round()
    const delays = await measure(storage, receiver, (webhooks) => spoilt(webhooks, others.url))
    await close()
    receiver.close()
    others.close()
    return percentile(delays, 0.99)
  }
  for (let round = 0; round < rounds; round += 1) {
    const alone = await p99(async () => undefined)
    const spoilt = await p99(spoiler)
    figures.alone.push(alone)
    figures.beside.push(spoilt)
    figures.ratios.push(spoilt / alone)
  }
  const ratios = figures.ratios.map((ratio) => ratio.toFixed(2)).join(' ')
  console.log(
    `${name.padEnd(10)} ${beside.padEnd(8)} p99 ${median(figures.alone)} ms alone, ${median(figures.beside)} ms beside them, ` +
      `ratio ${median(figures.ratios).toFixed(2)} (rounds ${ratios}), mark 1.2; ${contender.about}`,
  )
  await contender.close()
}
