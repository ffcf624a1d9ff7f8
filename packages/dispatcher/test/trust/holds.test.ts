import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Reply } from '../../src/ports/transport.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import type { Respond } from '../../src/testing/recording-transport.js'
import { MINUTE, setUp } from '../support.js'

const HOUR = 60 * MINUTE

const wait = (statusCode: number): Reply => ({
  kind: 'response',
  statusCode,
  retryAfter: '3600',
  body: '',
  truncated: false,
})

/** Two processes on one storage and one clock; the first delivers, the second is where people are. */
const twoProcesses = async (respond?: Respond) => {
  const storage = memoryStorage()
  const clock = fakeClock()
  const worker = setUp({ storage, clock, ...(respond && { respond }) })
  const office = setUp({ storage, clock })
  await worker.webhooks.start()
  return { worker, office, clock, sent: worker.transport.requests }
}

type Processes = Awaited<ReturnType<typeof twoProcesses>>

const slow = { rateLimit: { limit: 1, windowMs: 600_000 } }

const changedBy = [
  ['the process itself', ({ worker }: Processes) => worker.webhooks],
  ['another process', ({ office }: Processes) => office.webhooks],
] as const

describe.each(changedBy)('a hold, ended by %s,', (_by, who) => {
  it('for a rate limit ends when the limit goes', async () => {
    const processes = await twoProcesses()
    const { worker, clock, sent } = processes
    const { id } = await worker.subscribe(slow)
    for (let index = 0; index < 5; index += 1) await worker.webhooks.dispatch('order.created', { index })
    await clock.advance(10)
    expect(sent).toHaveLength(1)
    await who(processes).subscriptions.update(id, { rateLimit: false })
    await clock.advance(2_000)
    expect(sent).toHaveLength(5)
    await worker.webhooks.stop()
  })

  it('for a rate limit ends when the limit is raised, which holds in its turn', async () => {
    const processes = await twoProcesses()
    const { worker, clock, sent } = processes
    const { id } = await worker.subscribe(slow)
    for (let index = 0; index < 5; index += 1) await worker.webhooks.dispatch('order.created', { index })
    await clock.advance(10)
    await who(processes).subscriptions.update(id, { rateLimit: { limit: 3, windowMs: 600_000 } })
    await clock.advance(2_000)
    expect(sent).toHaveLength(3)
    await worker.webhooks.stop()
  })

  it('for a Retry-After ends when the URL changes', async () => {
    const processes = await twoProcesses(({ url }) => (url.includes('old') ? wait(429) : 200))
    const { worker, clock, sent } = processes
    const { id } = await worker.subscribe({ url: 'https://old.example.com/' })
    await worker.webhooks.dispatch('order.created', {})
    await clock.advance(10)
    expect(sent).toHaveLength(1)
    await who(processes).subscriptions.update(id, { url: 'https://new.example.com/' })
    await worker.webhooks.dispatch('order.paid', {})
    await clock.advance(2_000)
    const [first, ...rest] = sent.map(({ url }) => url)
    expect([first, new Set(rest)]).toEqual([
      'https://old.example.com/',
      new Set(['https://new.example.com/']),
    ])
    expect(await who(processes).subscriptions.test(id)).toMatchObject({ delivered: true })
    await worker.webhooks.stop()
  })

  it.each([
    [
      'release',
      async (webhooks: Processes['worker']['webhooks'], id: string) => webhooks.subscriptions.release(id),
    ],
    [
      'a resend of what is pending',
      async (webhooks: Processes['worker']['webhooks']) => {
        const { items } = await webhooks.deliveries.list({ status: 'pending' })
        for (const delivery of items) await webhooks.deliveries.resend(delivery.id)
      },
    ],
    [
      'pausing and resuming',
      async (webhooks: Processes['worker']['webhooks'], id: string) => {
        await webhooks.subscriptions.pause(id)
        await webhooks.subscriptions.resume(id)
      },
    ],
  ])('for a Retry-After ends at the word of an operator: %s', async (_name, act) => {
    let answered = 0
    const processes = await twoProcesses(() => (++answered === 1 ? wait(503) : 200))
    const { worker, clock, sent } = processes
    const { id } = await worker.subscribe()
    await worker.webhooks.dispatch('order.created', {})
    await clock.advance(10)
    await worker.webhooks.dispatch('order.paid', {})
    await clock.advance(MINUTE)
    expect(sent).toHaveLength(1)
    await act(who(processes), id)
    await clock.advance(2_000)
    expect(sent.length).toBeGreaterThanOrEqual(2)
    await clock.advance(2 * HOUR)
    expect(await worker.webhooks.stats()).toMatchObject({ delivered: 2, pending: 0 })
    await worker.webhooks.stop()
  })

  it('never lets the rate limit be overrun', async () => {
    const processes = await twoProcesses()
    const { worker, clock, sent } = processes
    const { id } = await worker.subscribe({ rateLimit: { limit: 2, windowMs: MINUTE } })
    for (let index = 0; index < 9; index += 1) await worker.webhooks.dispatch('order.created', { index })
    await clock.advance(100)
    for (let time = 0; time < 5; time += 1) {
      const webhooks = who(processes)
      await webhooks.subscriptions.release(id)
      const { items } = await webhooks.deliveries.list({ status: 'pending' })
      for (const delivery of items) await webhooks.deliveries.resend(delivery.id)
      await webhooks.subscriptions.update(id, { url: `https://workflow.example.com/${time}` })
      await clock.advance(2_000)
    }
    expect(sent).toHaveLength(2)
    await worker.webhooks.stop()
  })
})
