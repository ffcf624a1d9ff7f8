import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { defineEvents } from '@swigs/webhooks-protocol'
import type { Dedupe } from '../src/dedupe.js'
import { createReceiver, type ReceiverOptions } from '../src/receiver.js'
import { receiverThat, SECRET, signed } from './support.js'

/** What a plug-in can do instead of its work. */
const FAILURES: Record<string, () => never> = {
  throws: () => {
    throw new Error('CANARY')
  },
  rejects: () => Promise.reject(new Error('CANARY')) as never,
  hangs: () => new Promise(() => undefined) as never,
  'throws what is no error': () => {
    throw 'CANARY'
  },
}
const FAILING = Object.entries(FAILURES)

const rejections: unknown[] = []
const note = (reason: unknown) => void rejections.push(reason)
beforeEach(() => {
  rejections.length = 0
  process.on('unhandledRejection', note)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(async () => {
  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(rejections).toEqual([])
})

/** The answer, once every deadline has passed. */
const answerOf = async (answer: Promise<{ status: number }>) => {
  await vi.advanceTimersByTimeAsync(120_000)
  return (await answer).status
}

describe.each(FAILING)('a logger that %s', (_how, fails) => {
  it('changes no answer, and the console is told once', async () => {
    const told = vi.spyOn(console, 'error').mockReturnValue(undefined)
    const { receiver } = receiverThat(() => Promise.reject(new Error('no')), {
      logger: { warn: fails, error: fails },
    })
    const forged = { ...signed(), body: '{}' }
    expect(await answerOf(receiver.handle(forged))).toBe(401)
    expect(await answerOf(receiver.handle(forged))).toBe(401)
    expect(await answerOf(receiver.handle(signed()))).toBe(500)
    expect(told.mock.calls.length).toBe(_how === 'hangs' ? 0 : 1)
    expect(JSON.stringify(told.mock.calls)).not.toContain('CANARY')
    told.mockRestore()
  })
})

describe.each(FAILING)('a dedupe that %s', (_how, fails) => {
  const works: Dedupe = { claim: () => 'new', complete: () => undefined, release: () => undefined }

  it('when asked has the sender come again, and nothing handled', async () => {
    const { receiver, handled, lines } = receiverThat(undefined, { dedupe: { ...works, claim: fails } })
    expect([await answerOf(receiver.handle(signed())), handled.length]).toEqual([500, 0])
    expect(lines.join()).toMatch(/"verb":"claim".*The dedupe store (failed|did not answer)/)
    expect(lines.join()).not.toContain('CANARY')
  })

  it('when told that an event was handled changes nothing in that', async () => {
    const { receiver, handled, lines } = receiverThat(undefined, { dedupe: { ...works, complete: fails } })
    expect([await answerOf(receiver.handle(signed())), handled.length]).toEqual([200, 1])
    expect(lines.join()).toContain('"verb":"complete"')
  })

  it('when told that one was not leaves the answer of the handler', async () => {
    const { receiver } = receiverThat(FAILURES['throws'], { dedupe: { ...works, release: fails } })
    expect(await answerOf(receiver.handle(signed()))).toBe(500)
  })
})

it('a claim that a dedupe grants too late is given back', async () => {
  const released: string[] = []
  const slow: Dedupe = {
    claim: () => new Promise((resolve) => setTimeout(() => resolve('new'), 9_000)),
    complete: () => undefined,
    release: (id, token) => void released.push(`${id} ${token.length}`),
  }
  const { receiver, handled } = receiverThat(undefined, { dedupe: slow })
  expect(await answerOf(receiver.handle(signed({ id: 'evt_1' })))).toBe(500)
  expect([released, handled]).toEqual([['evt_1 36'], []])
})

describe.each(FAILING)('a handler that %s', (_how, fails) => {
  it.each(['onUnhandled', 'onAny'] as const)('is answered with 500 as %s too', async (name) => {
    const { receiver, lines } = receiverThat(undefined, { [name]: fails })
    expect(await answerOf(receiver.handle(signed({ type: 'order.teleported' })))).toBe(500)
    expect(lines.join()).not.toContain('CANARY')
  })
})

describe('handle never rejects', () => {
  it.each<[string, Partial<ReceiverOptions<never>>]>([
    ['a clock that throws', { now: FAILURES['throws'] as never }],
    [
      'a schema that throws',
      {
        events: defineEvents({
          'customer.updated': {
            description: 'x',
            example: 'x',
            schema: z.any().refine((value) => value === 'x' || FAILURES['throws']?.()),
          },
        }) as never,
      },
    ],
  ])('with %s', async (_what, options) => {
    const receiver = createReceiver({
      secret: SECRET,
      logger: { warn: () => undefined, error: () => undefined },
      ...(options as object),
    })
    expect(await answerOf(receiver.handle(signed()))).toBe(500)
  })

  it('with what is no request', async () => {
    const { receiver } = receiverThat()
    for (const nothing of [
      undefined,
      null,
      {},
      { method: 'POST' },
      { method: 'POST', headers: null, body: '' },
    ])
      expect(await answerOf(receiver.handle(nothing as never))).toBeGreaterThanOrEqual(400)
    const readBody = FAILURES['rejects'] as never
    expect(await answerOf(receiver.handle({ ...signed(), readBody }))).toBe(500)
  })
})
