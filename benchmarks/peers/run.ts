import { fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { serialiseEnvelope } from '@swigs/webhooks-protocol'
import { bareLoop } from '../deliver/bare-loop.js'
import { dispatcherLoop } from '../deliver/dispatcher-loop.js'
import { data, DELIVERIES, IN_FLIGHT, SUBSCRIPTIONS } from '../deliver/settings.js'
import { CONTENDERS as STORAGES } from '../deliver/storages.js'
import { measured, type Measured } from '../measured.js'
import { median } from '../median.js'
import { CONTENDERS, type Contender } from './contenders.js'

interface Ready {
  readonly contender: Contender
  readonly module: Record<string, unknown>
  readonly version: string
}

/** Those that are installed; the others are skipped by name. */
const installed = async (): Promise<Ready[]> => {
  const ready: Ready[] = []
  for (const contender of CONTENDERS) {
    const { packageName } = contender.needs
    try {
      const module = (await import(packageName)) as Record<string, unknown>
      const manifest = new URL(`node_modules/${packageName}/package.json`, import.meta.url)
      const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string }
      ready.push({ contender, module, version })
    } catch {
      console.log(
        `${contender.name} is skipped: npm install --prefix benchmarks/peers, on a Node that it runs on`,
      )
    }
  }
  return ready
}

/** The same work in the same run for SQLite here and for other people's queues: sign, post, know that it is done. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '5' } } })
  const receiver = fork(new URL('../deliver/receiver.mjs', import.meta.url))
  const { port } = await new Promise<{ port: number }>((resolve) => receiver.once('message', resolve))
  const url = `http://127.0.0.1:${port}`
  const body = serialiseEnvelope({
    id: 'evt_1',
    event: 'order.created',
    timestamp: new Date().toISOString(),
    data,
  })
  const urls = Array.from({ length: SUBSCRIPTIONS }, (_, index) => `${url}/${index}`)
  console.log(
    `peers: ${DELIVERIES} deliveries, ${IN_FLIGHT} in flight, receiver in its own process; Node ${process.version}`,
  )
  const ready = await installed()
  const figures = new Map<string, { ratios: number[]; rates: number[]; cpu: number[]; about: string }>()
  const note = (name: string, about: string, { seconds, cpuUs }: Measured, bare: Measured) => {
    const known = figures.get(name) ?? { ratios: [], rates: [], cpu: [], about }
    figures.set(name, known)
    known.ratios.push(bare.seconds / seconds)
    known.rates.push(DELIVERIES / seconds)
    known.cpu.push(cpuUs / DELIVERIES)
  }
  const sqlite = await STORAGES['sqlite']?.()
  await bareLoop(url)
  // The first is not counted: what runs for long is compiled.
  for (let round = 0; round <= Number(values.rounds); round += 1) {
    if (round === 1) figures.clear()
    const bare = await bareLoop(url)
    const { storage, close } = (await sqlite?.round()) ?? {}
    if (storage) note('SQLite here', sqlite?.about ?? '', await dispatcherLoop(url, storage), bare)
    await close?.()
    for (const { contender, module, version } of ready) {
      const server = await contender.needs.server()
      if (!server) {
        if (round === 0)
          console.log(
            `${contender.name} is skipped: no ${contender.needs.serverName} on the PATH or by its URL`,
          )
        continue
      }
      const work = { server: server.url, urls, body, jobs: DELIVERIES, inFlight: IN_FLIGHT }
      await untilReady(server)
      const took = await measured(() => contender.deliver(work, module))
      note(contender.name, `${version}; ${server.about}`, took, bare)
      await server.stop()
    }
  }
  receiver.disconnect()
  await sqlite?.close()
  for (const [name, { ratios, rates, cpu, about }] of figures)
    console.log(
      `${name.padEnd(16)} ratio ${median(ratios).toFixed(2)} (rounds ${ratios.map((one) => one.toFixed(2)).join(' ')}); ` +
        `${Math.round(median(rates))}/s, ${Math.round(median(cpu))} µs of CPU a delivery in the app's process; ${about}`,
    )
}

const untilReady = async ({ url }: { url: string }): Promise<void> => {
  const { hostname, port } = new URL(url)
  const { connect } = await import('node:net')
  for (let tries = 0; tries < 200; tries += 1) {
    const socket = connect(Number(port), hostname)
    const open = await new Promise<boolean>((resolve) =>
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false)),
    )
    socket.destroy()
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`no server at ${url}`)
}
