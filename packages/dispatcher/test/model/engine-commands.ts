import fc from 'fast-check'
import { command, type EngineCommand } from './command.js'
import { ask, replay } from './delivery-commands.js'
import { LEASE_MS, RATE } from './engine-world.js'
import {
  move,
  pause,
  release,
  remove,
  resume,
  rotate,
  setLimit,
  switchOff,
  switchOn,
} from './subscription-commands.js'

const accept = (whom: number) =>
  command(`accept(${whom})`, async (log, world) => {
    const wanted = log.subscriptions.filter(({ state }) => state.at(-1)?.value !== 'off').map(({ id }) => id)
    const answer = await world.call(whom, (webhooks) => webhooks.dispatch('order.created', {}))
    if (typeof answer === 'string') log.unanswered += 1
    else if (answer.id !== null) log.accepted.set(answer.id, new Set(wanted))
  })

const whom = fc.nat(1)
const which = fc.nat(30)

/** What may happen, each as an arbitrary: what else people can do is added here. */
export const engineCommands: fc.Arbitrary<EngineCommand>[] = [
  whom.map(accept),
  whom.map(accept),
  fc
    .constantFrom(1, 60, 500, 2_100, 6_000)
    .map((ms) => command(`advance(${ms})`, (_log, world) => world.base.advance(ms))),
  whom.map((one) => command(`crash(${one})`, async (_log, world) => world.crash(one))),
  fc
    .tuple(whom, fc.nat(12), fc.boolean())
    .map(([one, calls, before]) =>
      command(`dies(${one}) ${before ? 'before' : 'after'} call ${calls}`, async (_log, world) =>
        world.crash(one, { calls, before }),
      ),
    ),
  whom.map((one) => command(`expire(${one}) after ${LEASE_MS}`, (_log, world) => world.expire(one))),
  fc.tuple(whom, which, fc.constantFrom('update' as const, 'pause' as const)).map((all) => switchOff(...all)),
  fc.tuple(whom, which).map((all) => switchOn(...all)),
  fc.tuple(whom, which).map((all) => pause(...all)),
  fc.tuple(whom, which).map((all) => resume(...all)),
  fc
    .tuple(whom, fc.constantFrom('failed' as const, 'missing' as const, 'all' as const), fc.option(which))
    .map((all) => replay(...all)),
  fc.tuple(whom, which).map((all) => remove(...all)),
  fc.tuple(whom, which, fc.constantFrom(0, 10_000, 60_000)).map((all) => rotate(...all)),
  fc
    .tuple(whom, which, fc.constantFrom(false as const, 1, 2, 5))
    .map(([one, of, limit]) =>
      setLimit(one, of, limit === false ? false : { limit, windowMs: RATE.windowMs }),
    ),
  fc.tuple(whom, which).map((all) => move(...all)),
  fc.tuple(whom, which).map((all) => release(...all)),
  fc.tuple(whom, which, fc.constantFrom('resend' as const, 'cancel' as const)).map((all) => ask(...all)),
  fc
    .constantFrom(-3_600_000, -2_000, 2_000, 3_600_000)
    .map((ms) => command(`setClock(${ms})`, async (_log, world) => world.setClock(ms))),
  fc
    .record({
      status: fc.constantFrom(200, 200, 200, 404, 429, 503),
      latencyMs: fc.constantFrom(0, 0, 30, 900),
      retryAfter: fc.constantFrom(null, '1', '120'),
    })
    .map((answer) =>
      command(`answer(${JSON.stringify(answer)})`, async (_log, world) => {
        world.answer = answer
      }),
    ),
]
