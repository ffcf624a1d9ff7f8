import type { FlowContext } from './context.js'
import type { Replays } from './replay/replays.js'
import { newTally, type Tally } from './tally.js'
import type { WorkerParts } from './worker.js'

/**
 * Delivers what is due until nothing is, or until `deadline` (monotonic ms); answers what came of the lanes that it took
 * itself. What others hold, a worker of this process included, is theirs to count.
 */
export const drain = async (
  { clock }: Pick<FlowContext, 'clock'>,
  { fanOut, held, server, replays }: WorkerParts & { readonly replays: Replays },
  deadline: number,
): Promise<Tally> => {
  const tally = newTally()
  const ended = new AbortController()
  const bounded = clock.sleep(deadline - clock.monotonic(), ended.signal).then(() => held.windDown())
  try {
    while (clock.monotonic() < deadline && !held.closed) {
      await fanOut.idle()
      const swept = await fanOut.sweep({ orphansOnly: false })
      const replayed = await replays.work(() => clock.monotonic() >= deadline || held.closed)
      let taken = 0
      for (let more = 1; more > 0 && !held.full; taken += more)
        ({ taken: more } = await server.take({ everywhere: true, tally }))
      // A lane that was being given back while this looked may be due.
      const waitedFor = await server.idleOf()
      if (swept + replayed + taken + waitedFor === 0) break
    }
  } finally {
    ended.abort()
  }
  await bounded
  // What was taken as the time ran out.
  held.windDown()
  await server.idleOf()
  return tally
}
