import { describe, expect, it, vi } from 'vitest'
import type { RawRequest } from '../src/request.js'
import { receiverThat, signed } from './support.js'

/** A million in the long form. */
const COUNT = Number(process.env['FORGED_REQUESTS'] ?? 60_000)

/** What a stranger who has seen one request can make of it, without the secret. */
const FORGERIES: readonly ((seen: ReturnType<typeof signed>, index: number) => RawRequest)[] = [
  (seen, index) => ({ ...seen, body: seen.body.replace('c1', `c${index + 2}`) }),
  ({ headers, ...seen }, index) => ({ ...seen, headers: { ...headers, 'webhook-id': `evt_${index}` } }),
  ({ headers, ...seen }, index) => ({
    ...seen,
    headers: { ...headers, 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + index + 1) },
  }),
  ({ headers, ...seen }, index) => ({
    ...seen,
    headers: {
      ...headers,
      'webhook-signature': `v1,${Buffer.from(`forged ${index}`.padEnd(32)).toString('base64')}`,
    },
  }),
  ({ headers, ...seen }) => ({
    ...seen,
    headers: { 'x-webhook-signature': headers['x-webhook-signature'], 'x-webhook-event': 'customer.updated' },
  }),
  (seen, index) => ({ ...seen, body: Buffer.from([index % 256]) }),
  ({ headers, ...seen }, index) => ({
    ...seen,
    headers: { ...headers, 'webhook-id': [`evt_${index}`, 'evt_1'] },
  }),
]

describe('forged requests', () => {
  it(
    'get nothing through, and no more than a few lines into the log, which says how many there were',
    { timeout: 600_000 },
    async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      const { receiver, handled, lines } = receiverThat()
      const seen = signed()
      const refused = new Map<number, number>()
      for (let index = 0; index < COUNT; index += 1) {
        const forge = FORGERIES[index % FORGERIES.length]
        const { status } = await receiver.handle(forge?.(seen, index) ?? seen)
        refused.set(status, (refused.get(status) ?? 0) + 1)
      }
      expect([...refused.keys()].sort()).toEqual([400, 401])
      expect([...refused.values()].reduce((sum, count) => sum + count)).toBe(COUNT)
      expect(handled).toEqual([])
      // Three kinds of refusal, ten lines of each.
      expect(lines).toHaveLength(30)
      await vi.advanceTimersByTimeAsync(60_000)
      const more = lines.slice(30).map((line) => Number(/: (\d+) more in the last minute/.exec(line)?.[1]))
      expect(more).toHaveLength(3)
      expect(30 + more.reduce((sum, count) => sum + count)).toBe(COUNT)
      vi.useRealTimers()
    },
  )
})
