import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { memoryStorage, type Storage } from '@swigs/webhooks-dispatcher'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import { bareLoop } from './bare-loop.js'
import { dispatcherLoop } from './dispatcher-loop.js'
import { BODY_BYTES, DELIVERIES, IN_FLIGHT, SUBSCRIPTIONS } from './settings.js'

const MARKS: Record<string, number> = { memory: 0.8, sqlite: 0.6 }

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const storages: Record<string, (folder: string, round: number) => Storage> = {
  memory: () => memoryStorage(),
  sqlite: (folder, round) => sqliteStorage({ file: join(folder, `bench-${round}.db`) }),
}

/** Delivered per second, end to end, as a ratio of the bare loop in the same round; medians. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: { storage: { type: 'string' }, rounds: { type: 'string', default: '5' } },
  })
  const names = values.storage ? [values.storage] : Object.keys(storages)
  const receiver = fork(new URL('receiver.mjs', import.meta.url))
  const { port } = await new Promise<{ port: number }>((resolve) => receiver.once('message', resolve))
  const url = `http://127.0.0.1:${port}`
  const folder = await mkdtemp(join(tmpdir(), 'webhooks-bench-'))
  console.log(
    `deliver: ${DELIVERIES} deliveries, ${SUBSCRIPTIONS} subscriptions, ${IN_FLIGHT} in flight, ` +
      `${BODY_BYTES}-byte bodies, no rate limit; receiver in its own process; Node ${process.version}`,
  )
  await bareLoop(url)
  const ratios = new Map<string, number[]>()
  const rates = new Map<string, number[]>()
  const note = (map: Map<string, number[]>, name: string, value: number) =>
    map.set(name, [...(map.get(name) ?? []), value])
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const bare = await bareLoop(url)
    note(rates, 'bare loop', bare)
    for (const name of names) {
      const make = storages[name]
      if (!make) throw new Error(`Unknown storage ${name}. Known: ${Object.keys(storages).join(', ')}`)
      const rate = await dispatcherLoop(url, make(folder, round))
      note(rates, name, rate)
      note(ratios, name, rate / bare)
    }
  }
  receiver.disconnect()
  await rm(folder, { recursive: true, force: true })
  console.log(`bare loop  ${Math.round(median(rates.get('bare loop') ?? []))}/s (median of ${values.rounds})`)
  for (const name of names) {
    const all = (ratios.get(name) ?? []).map((ratio) => ratio.toFixed(2)).join(' ')
    const ratio = median(ratios.get(name) ?? [])
    const rate = Math.round(median(rates.get(name) ?? []))
    console.log(
      `${name.padEnd(10)} ${rate}/s, ratio ${ratio.toFixed(2)} (rounds ${all}), mark ${MARKS[name] ?? '-'}`,
    )
  }
}
