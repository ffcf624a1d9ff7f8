import { fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { median } from '../median.js'
import type { Measured } from '../measured.js'
import { bareLoop } from './bare-loop.js'
import { dispatcherLoop } from './dispatcher-loop.js'
import { BODY_BYTES, DELIVERIES, IN_FLIGHT, SUBSCRIPTIONS } from './settings.js'
import { CONTENDERS, type Contender } from './storages.js'

interface Figures {
  readonly rounds: Measured[]
  readonly ratios: number[]
  readonly commands: number[]
}

const rateOf = ({ seconds }: Measured): number => DELIVERIES / seconds

/** Medians over the rounds: rate, CPU a delivery, how late the event loop was. */
const summary = (rounds: readonly Measured[]): string => {
  const of = (pick: (one: Measured) => number) => median(rounds.map(pick))
  const delay = (['p50', 'p99', 'max'] as const)
    .map((key) => of((one) => one.delay[key]).toFixed(1))
    .join(' ')
  const cpu = Math.round(of(({ cpuUs }) => cpuUs / DELIVERIES))
  return `${Math.round(of(rateOf))}/s, ${cpu} µs of CPU a delivery, loop late by ${delay} ms (p50 p99 max)`
}

/** Delivered per second, end to end, as a ratio of the bare loop in the same round; medians. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: { storage: { type: 'string' }, rounds: { type: 'string', default: '5' } },
  })
  const names = values.storage ? [values.storage] : ['memory', 'sqlite']
  const contenders = new Map<string, Contender>()
  for (const name of names) {
    const make = CONTENDERS[name]
    if (!make) throw new Error(`Unknown storage ${name}. Known: ${Object.keys(CONTENDERS).join(', ')}`)
    contenders.set(name, await make())
  }
  const receiver = fork(new URL('receiver.mjs', import.meta.url))
  const { port } = await new Promise<{ port: number }>((resolve) => receiver.once('message', resolve))
  const url = `http://127.0.0.1:${port}`
  console.log(
    `deliver: ${DELIVERIES} deliveries, ${SUBSCRIPTIONS} subscriptions, ${IN_FLIGHT} in flight, ` +
      `${BODY_BYTES}-byte bodies, no rate limit; receiver in its own process; Node ${process.version}`,
  )
  // What runs for long is compiled; a round that is not counted has each of them so.
  await bareLoop(url)
  for (const contender of contenders.values()) {
    const { storage, close } = await contender.round()
    await dispatcherLoop(url, storage)
    await close()
  }
  await bareLoop(url)
  const bareRounds: Measured[] = []
  const figures = new Map<string, Figures>(
    names.map((name) => [name, { rounds: [], ratios: [], commands: [] }]),
  )
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const bare = await bareLoop(url)
    bareRounds.push(bare)
    for (const [name, contender] of contenders) {
      const { storage, commands, close } = await contender.round()
      const figure = await dispatcherLoop(url, storage)
      const sent = commands()
      await close()
      figures.get(name)?.rounds.push(figure)
      figures.get(name)?.ratios.push(bare.seconds / figure.seconds)
      if (sent !== null) figures.get(name)?.commands.push(sent / DELIVERIES)
    }
  }
  receiver.disconnect()
  console.log(`bare loop  ${summary(bareRounds)} (medians of ${values.rounds})`)
  for (const [name, contender] of contenders) {
    const { rounds, ratios, commands } = figures.get(name) as Figures
    const each = ratios.map((ratio) => ratio.toFixed(2)).join(' ')
    const perDelivery = commands.length > 0 ? `, ${median(commands).toFixed(3)} commands a delivery` : ''
    console.log(
      `${name.padEnd(10)} ratio ${median(ratios).toFixed(2)} (rounds ${each}), mark ${contender.mark}; ` +
        `${summary(rounds)}${perDelivery}; ${contender.about}`,
    )
    await contender.close()
  }
}
