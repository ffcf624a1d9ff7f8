import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { raceConnect } from '../../src/adapters/race-connect.js'
import type { ResolvedAddress } from '../../src/ports/address-guard.js'

const v4 = (last: number): ResolvedAddress => ({ address: `192.0.2.${last}`, family: 4 })
const v6 = (last: number): ResolvedAddress => ({ address: `2001:db8::${last}`, family: 6 })

/** A connection attempt that ends when the test says so. */
class Attempt extends EventEmitter {
  destroyed = false
  constructor(readonly address: string) {
    super()
  }
  destroy() {
    this.destroyed = true
  }
}

const race = (addresses: readonly ResolvedAddress[]) => {
  const attempts: Attempt[] = []
  const end = new AbortController()
  const won = raceConnect(addresses, 443, {
    signal: end.signal,
    onSocket: () => undefined,
    connect: ({ host }) => {
      const attempt = new Attempt(String(host))
      attempts.push(attempt)
      return attempt as unknown as Socket
    },
  })
  const outcome = won.then(
    (socket) => (socket as unknown as Attempt).address,
    (error: Error) => error,
  )
  const tried = () => attempts.map(({ address }) => address)
  return { attempts, tried, outcome, end }
}

describe('connecting to one of several addresses', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('waits for one that takes a second, though the others are dead', async () => {
    const { attempts, tried, outcome } = race([v4(1), v6(1)])
    await vi.advanceTimersByTimeAsync(250)
    expect(tried()).toEqual([v4(1).address, v6(1).address])
    attempts[1]?.emit('error', new Error('dead'))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(attempts[0]?.destroyed).toBe(false)
    attempts[0]?.emit('connect')
    expect(await outcome).toBe(v4(1).address)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('tries the families in turn, another one each 250 ms, and ends what lost', async () => {
    const { attempts, tried, outcome } = race([v6(1), v6(2), v4(1), v4(2)])
    await vi.advanceTimersByTimeAsync(249)
    expect(tried()).toEqual([v6(1).address])
    await vi.advanceTimersByTimeAsync(501)
    expect(tried()).toEqual([v6(1).address, v4(1).address, v6(2).address, v4(2).address])
    attempts[2]?.emit('connect')
    expect(await outcome).toBe(v6(2).address)
    expect(attempts.map(({ destroyed }) => destroyed)).toEqual([true, true, false, true])
    expect(vi.getTimerCount()).toBe(0)
  })

  it('does not wait where an attempt has failed', async () => {
    const { attempts, tried, outcome } = race([v4(1), v4(2)])
    attempts[0]?.emit('error', new Error('refused'))
    expect(tried()).toEqual([v4(1).address, v4(2).address])
    attempts[1]?.emit('connect')
    expect(await outcome).toBe(v4(2).address)
  })

  it('says what each of them met when none is reached', async () => {
    const one = race([v4(1)])
    const refused = new Error('refused')
    one.attempts[0]?.emit('error', refused)
    expect(await one.outcome).toBe(refused)
    const two = race([v4(1), v4(2)])
    two.attempts[0]?.emit('error', refused)
    two.attempts[1]?.emit('error', refused)
    expect(await two.outcome).toMatchObject({ errors: [refused, refused] })
  })

  it('ends with its caller, who alone limits it, and leaves nothing', async () => {
    const { attempts, outcome, end } = race([v4(1), v4(2), v4(3)])
    await vi.advanceTimersByTimeAsync(250)
    end.abort(new Error('given up'))
    expect(await outcome).toMatchObject({ message: 'given up' })
    expect(attempts.map(({ destroyed }) => destroyed)).toEqual([true, true])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(attempts).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
  })
})
