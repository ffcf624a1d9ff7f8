import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { sqliteStorage } from '@swigs/webhooks-sqlite-adapter'
import { measured } from '../measured.js'
import { median } from '../median.js'
import { CASES } from './cases.js'

/** The longest standstill of the app's event loop, ms, while SQLite has something to do that takes long; medians. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: { rounds: { type: 'string', default: '3' }, thread: { type: 'string', default: 'auto' } },
  })
  const thread = values.thread === 'auto' ? 'auto' : values.thread === 'true'
  console.log(
    `stall: SQLite, thread ${thread}; the longest standstill of the event loop; Node ${process.version}`,
  )
  for (const { name, mark, prepare } of CASES) {
    const longest: number[] = []
    let seconds = 0
    for (let round = 0; round < Number(values.rounds); round += 1) {
      const folder = await mkdtemp(join(tmpdir(), 'webhooks-stall-'))
      const file = join(folder, 'webhooks.db')
      const { work, end } = await prepare(sqliteStorage({ file, thread }), file)
      const figures = await measured(work)
      longest.push(figures.delay.max)
      seconds = figures.seconds
      await end()
      await rm(folder, { recursive: true, force: true })
    }
    const rounds = longest.map((ms) => ms.toFixed(0)).join(' ')
    console.log(
      `${name.padEnd(52)} ${median(longest).toFixed(0)} ms (rounds ${rounds}), mark ${mark}; took ${seconds.toFixed(1)} s`,
    )
  }
}
