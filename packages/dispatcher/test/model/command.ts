import type fc from 'fast-check'
import type { EngineLog } from './engine-log.js'
import type { EngineWorld } from './engine-world.js'

/** One thing that people or fate do. What it may be done to is there when it is run: it can be run at any time. */
export type EngineCommand = fc.AsyncCommand<EngineLog, EngineWorld>

/** A command that finds every process alive, and leaves none dead or in the middle of something that it could do at once. */
export const command = (
  name: string,
  run: (log: EngineLog, world: EngineWorld) => Promise<unknown>,
): EngineCommand => ({
  check: () => true,
  run: async (log, world) => {
    await run(log, world)
    await world.base.advance(0)
    await world.revive()
  },
  toString: () => name,
})

/** The one at a place, counted round; `undefined` where there is none. */
export const pick = <T>(items: readonly T[], at: number): T | undefined =>
  items[at % Math.max(1, items.length)]

/** What a change is known as: whoever made it knows of it, unless it died over it. */
export const changed = <T>(log: EngineLog, world: EngineWorld, whom: number, answer: unknown, value: T) => ({
  order: log.next(),
  at: world.at,
  by: answer === 'died' ? null : world.process(whom),
  value,
})
