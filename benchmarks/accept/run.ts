import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { CONTENDERS } from '../deliver/storages.js'
import { data } from '../deliver/settings.js'
import { median, percentile } from '../median.js'
import { pastedDispatcher } from './pasted-dispatcher.js'
import { ANSWERS_AFTER_MS, CALLS, SUBSCRIBERS } from './settings.js'

/** Ms of each of `CALLS` calls, one after the other, as a request that waits for it sees them. */
const time = async (call: () => Promise<unknown>): Promise<number[]> => {
  const took: number[] = []
  for (let done = 0; done < CALLS; done += 1) {
    const started = performance.now()
    await call()
    took.push(performance.now() - started)
  }
  return took
}

/** How long `dispatch` keeps a request waiting, beside a dispatcher that sends in the request; medians of rounds. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: { storage: { type: 'string' }, rounds: { type: 'string', default: '5' } },
  })
  const names = values.storage ? [values.storage] : ['memory', 'sqlite']
  const receiver = fork(new URL('receiver.mjs', import.meta.url), [String(ANSWERS_AFTER_MS)])
  const { port } = await new Promise<{ port: number }>((resolve) => receiver.once('message', resolve))
  const urls = Array.from({ length: SUBSCRIBERS }, (_, index) => `http://127.0.0.1:${port}/${index}`)
  console.log(
    `accept: ${CALLS} calls one after the other, ${SUBSCRIBERS} subscribers that answer after ${ANSWERS_AFTER_MS} ms; ` +
      `receiver in its own process; Node ${process.version}`,
  )
  const rounds = Array.from({ length: Number(values.rounds) }, (_, round) => round)
  const pasted = pastedDispatcher(urls)
  await time(() => pasted.dispatch('order.created', data))
  const baseline: number[] = []
  const worst: number[] = []
  for (const _round of rounds) {
    const took = await time(() => pasted.dispatch('order.created', data))
    baseline.push(median(took))
    worst.push(percentile(took, 0.99))
  }
  console.log(`in the request  p50 ${median(baseline).toFixed(2)} ms, p99 ${median(worst).toFixed(2)} ms`)
  for (const name of names) {
    const make = CONTENDERS[name]
    if (!make) throw new Error(`Unknown storage ${name}. Known: ${Object.keys(CONTENDERS).join(', ')}`)
    const contender = await make()
    const medians: number[] = []
    const p99s: number[] = []
    for (const _round of rounds) {
      const { storage, close } = await contender.round()
      const network = { allowHttp: true, allow: ['127.0.0.0/8'] }
      const webhooks = createDispatcher({ storage, network, rateLimit: false })
      for (const url of urls)
        await webhooks.subscriptions.create({ appName: 'app', url, events: ['order.created'] })
      await webhooks.start()
      await webhooks.dispatch('order.created', data)
      const took = await time(() => webhooks.dispatch('order.created', data))
      medians.push(median(took))
      p99s.push(percentile(took, 0.99))
      await webhooks.stop()
      await close()
    }
    const ratio = median(baseline) / median(medians)
    console.log(
      `${name.padEnd(15)} p50 ${median(medians).toFixed(2)} ms, p99 ${median(p99s).toFixed(2)} ms, ` +
        `1/${ratio.toFixed(0)} of the time, mark 1/50; ${contender.about}`,
    )
    await contender.close()
  }
  receiver.disconnect()
}
