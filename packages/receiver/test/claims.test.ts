import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Dedupe } from '../src/dedupe.js'
import { memoryDedupe } from '../src/memory-dedupe.js'
import { ROWS } from './requests.js'
import { gate, receiverThat, signed, silent } from './support.js'

const statusOf = async (answer: Promise<{ status: number }>) => (await answer).status
const { inProgress, busy } = ROWS

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

describe('a claim', () => {
  it('ends after claimMs: the handler’s signal says so, the request is answered, and the next try is handled', async () => {
    const signals: AbortSignal[] = []
    const hangs = (signal: AbortSignal) => {
      signals.push(signal)
      return signals.length === 1 ? new Promise(() => undefined) : undefined
    }
    const { receiver, handled, lines } = receiverThat(hangs)
    const request = signed()
    const first = receiver.handle(request)
    await vi.advanceTimersByTimeAsync(59_999)
    expect(await receiver.handle(request)).toMatchObject({ status: inProgress.status })
    expect(signals[0]?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect([await statusOf(first), signals[0]?.aborted]).toEqual([500, true])
    expect(await receiver.handle(request)).toMatchObject({ status: 200, body: '{"received":true}' })
    expect([handled.length, signals[1]?.aborted]).toEqual([1, false])
    expect(lines.join()).toContain('longer than claimMs')
  })

  it('is not ended by an earlier handler that fails late; one that succeeds late has handled the event', async () => {
    const endings: { resolve: () => void; reject: (error: Error) => void }[] = []
    const { receiver } = receiverThat(
      () => new Promise<void>((resolve, reject) => void endings.push({ resolve, reject })),
      { claimMs: 1_000 },
    )
    const request = signed()
    const first = receiver.handle(request)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await statusOf(first)).toBe(500)
    const second = receiver.handle(request)
    await vi.advanceTimersByTimeAsync(0)
    endings[0]?.reject(new Error('late'))
    await vi.advanceTimersByTimeAsync(0)
    // The second handler's claim still stands.
    expect(await receiver.handle(request)).toMatchObject({ status: 503 })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await statusOf(second)).toBe(500)
    endings[1]?.resolve()
    await vi.advanceTimersByTimeAsync(0)
    expect(await receiver.handle(request)).toMatchObject({
      status: 200,
      body: expect.stringContaining('duplicate'),
    })
  })

  it('is given up when the handler fails, so that the next try is handled', async () => {
    let fails = true
    const { receiver, handled } = receiverThat(() => fails && Promise.reject(new Error('no')))
    const request = signed()
    expect(await receiver.handle(request)).toMatchObject({ status: 500 })
    fails = false
    expect(await receiver.handle(request)).toMatchObject({ status: 200 })
    expect(handled).toHaveLength(1)
  })

  it('is one of so many: beyond, requests come again, until the claims of handlers that hang have lapsed', async () => {
    const { opened } = gate()
    const { receiver } = receiverThat(() => opened, {
      claimMs: 1_000,
      dedupe: memoryDedupe({ maxClaims: 3, logger: silent }),
    })
    const held = [signed(), signed(), signed()].map((request) => receiver.handle(request))
    await vi.advanceTimersByTimeAsync(0)
    expect(await receiver.handle(signed())).toMatchObject({
      status: busy.status,
      body: JSON.stringify(busy.body),
    })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await Promise.all(held.map(statusOf))).toEqual([500, 500, 500])
    const next = receiver.handle(signed())
    await vi.advanceTimersByTimeAsync(1_000)
    expect(await statusOf(next)).toBe(500)
  })

  it('is taken with a token of its own and its length, which a database needs to end it', async () => {
    const calls: unknown[][] = []
    const dedupe: Dedupe = {
      claim: (...given) => {
        calls.push(['claim', ...given])
        return 'new'
      },
      complete: (...given) => void calls.push(['complete', ...given]),
      release: (...given) => void calls.push(['release', ...given]),
    }
    const { receiver } = receiverThat(undefined, { dedupe, claimMs: 5_000 })
    for (const id of ['evt_1', 'evt_2']) await receiver.handle(signed({ id }))
    const [, , { token }] = calls[0] as [string, string, { token: string }]
    expect(calls.slice(0, 2)).toEqual([
      ['claim', 'evt_1', { token, claimMs: 5_000 }],
      ['complete', 'evt_1', token],
    ])
    expect(calls[2]).not.toMatchObject({ 2: { token } })
  })
})
