import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { percentile } from '../median.js'
import { openStorage, PLACES, type Place } from './places.js'

/** From a commit in a process without workers to the request of another one that is idle, and polls once a minute; percentiles. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: { storage: { type: 'string' }, events: { type: 'string', default: '200' } },
  })
  console.log(`wake: ${values.events} events, one at a time; Node ${process.version}`)
  for (const name of values.storage ? [values.storage] : Object.keys(PLACES)) {
    const make = PLACES[name]
    if (!make) throw new Error(`Unknown storage ${name}. Known: ${Object.keys(PLACES).join(', ')}`)
    const place = await make()
    await measure(name, place, Number(values.events))
    await place.close()
  }
}

const measure = async (name: string, { location, mark, about }: Place, events: number): Promise<void> => {
  const { storage, inSession, close } = await openStorage(location)
  const receiver = await countingReceiver()
  const webhooks = createDispatcher({ storage, network: { allowHttp: true, allow: ['127.0.0.0/8'] } })
  await webhooks.subscriptions.create({ appName: 'wake', url: receiver.url, events: ['order.*'] })
  const worker = fork(new URL('worker.js', import.meta.url), [location])
  await new Promise((resolve) => worker.once('message', resolve))
  const ways: Record<string, () => Promise<unknown>> = {
    dispatch: () => webhooks.dispatch('order.created', {}),
    ...(inSession && {
      'in a session': () => inSession((session) => webhooks.dispatch('order.created', {}, { session })),
    }),
  }
  for (const [way, commit] of Object.entries(ways)) {
    const tookMs: number[] = []
    for (let n = 0; n < events; n += 1) {
      // Idle in between, and never in step with whatever looks regularly.
      await sleep(20 + Math.random() * 20)
      const arrival = receiver.next()
      await commit()
      const committed = performance.now()
      await arrival
      tookMs.push(performance.now() - committed)
    }
    const at = (share: number) => percentile(tookMs, share).toFixed(1)
    console.log(
      `${name.padEnd(9)}${way.padEnd(13)} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, mark ${mark}; ${about}`,
    )
  }
  worker.disconnect()
  await new Promise((resolve) => worker.once('exit', resolve))
  await webhooks.stop()
  await close()
  receiver.close()
}

const countingReceiver = async () => {
  let arrived = (): void => undefined
  const server = createServer((request, response) => {
    request.resume().once('end', () => {
      arrived()
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    /** Resolves with the next request. */
    next: () => new Promise<void>((resolve) => (arrived = resolve)),
    close: () => void server.close(),
  }
}
