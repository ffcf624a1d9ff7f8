import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import { NO_HEALTH } from '../../src/core/subscription-health.js'
import { HealthSurvey } from '../../src/flow/health-survey.js'
import type { FlowContext } from '../../src/flow/context.js'
import type { Publication } from '../../src/flow/accept.js'
import type { ObservedEvent } from '../../src/ports/observer.js'
import { fakeClock } from '../../src/testing/fake-clock.js'
import { complete, insertSample, sampleResult, seed, T0, take } from '../../src/testing/storage/samples.js'

const HOUR = 3_600_000

/** A process that surveys; what it stores of events goes by their keys, as a storage has them. */
const processOn = (storage: ReturnType<typeof memoryStorage>, published: Map<string, Publication>) => {
  const observed: string[] = []
  const clock = fakeClock(T0 + 10 * HOUR)
  let dies = false
  const context = {
    storage,
    clock,
    observe: ({ name }: ObservedEvent) => observed.push(name),
    settings: { health: { warnAfterMs: HOUR, disableAfterMs: 3 * HOUR } },
    logger: console,
  } as unknown as FlowContext
  const survey = new HealthSurvey(context, {
    publish: async (publication) => {
      if (dies) throw new Error('killed')
      const { type, idempotencyKey } = publication
      const id = `${type} ${idempotencyKey}`
      if (!published.has(id)) published.set(id, publication)
    },
    switchedOff: async () => undefined,
  })
  return { survey, observed, run: () => survey.run(() => false), dying: () => void (dies = true) }
}

const failed = async (storage: ReturnType<typeof memoryStorage>, ...ends: number[]) => {
  const { subscription, ids } = await seed(storage, ends.length)
  const lane = await take(storage, subscription.id)
  for (const [index, endsAt] of ends.entries()) {
    const { attempt } = sampleResult(lane, '')
    const result = { attempt: { ...attempt, durationMs: endsAt }, status: 'failed' } as const
    await complete(storage, [sampleResult(lane, ids[index] ?? '', result)])
  }
  return subscription.id
}

describe('a process that dies', () => {
  it.each([
    ['failing', [0]],
    ['disabled', [0, 4 * HOUR]],
  ] as const)(
    'between a change (%s) and its event leaves the event to the next one, once',
    async (change, ends) => {
      const storage = memoryStorage()
      const published = new Map<string, Publication>()
      const id = await failed(storage, ...ends)
      const killed = processOn(storage, published)
      killed.dying()
      await expect(killed.run()).rejects.toThrow('killed')
      expect([...published]).toEqual([])
      expect((await storage.subscriptions.get([id]))[0]?.health.untold).toMatchObject({ change })
      const next = [processOn(storage, published), processOn(storage, published)]
      await Promise.all(next.map(({ run }) => run()))
      for (const { run } of next) await run()
      expect([...published.values()].map(({ type }) => type)).toEqual([`webhooks.subscription.${change}`])
      expect((await storage.subscriptions.get([id]))[0]?.health.untold).toBeNull()
      // The observer was told by the process that made the change, and that alone.
      expect(killed.observed).toContain(`subscription.${change}`)
      expect(next.flatMap(({ observed }) => observed)).toEqual([])
    },
  )

  it('after the event, and before the note of it is taken away, leaves nothing that makes it twice', async () => {
    const storage = memoryStorage()
    const published = new Map<string, Publication>()
    const id = await failed(storage, 0)
    const { update } = storage.subscriptions
    let calls = 0
    const cut = {
      ...storage,
      subscriptions: {
        ...storage.subscriptions,
        update: async (input: Parameters<typeof update>[0]) => {
          calls += 1
          if (calls === 2) throw new Error('killed')
          return update(input)
        },
      },
    }
    await expect(processOn(cut, published).run()).rejects.toThrow('killed')
    expect(published.size).toBe(1)
    const [before] = published.values()
    await processOn(storage, published).run()
    expect([...published.values()]).toEqual([before])
    expect((await storage.subscriptions.get([id]))[0]?.health.untold).toBeNull()
  })
})

describe('a survey', () => {
  it('looks at all subscriptions, some in each run, and begins again', async () => {
    const storage = memoryStorage()
    for (let index = 0; index < 1_450; index += 1)
      await insertSample(storage, { createdAt: T0 + index, health: NO_HEALTH })
    const oldest = await failed(storage, 0)
    const [stored = await insertSample(storage)] = await storage.subscriptions.get([oldest])
    await storage.subscriptions.remove(oldest)
    await storage.subscriptions.insert({ ...stored, createdAt: T0 - 1 })
    const { run, observed } = processOn(storage, new Map())
    await run()
    expect(observed).toEqual([])
    await run()
    expect(observed).toEqual(['subscription.failing'])
  })

  it('goes on behind rows that cannot be read', async () => {
    const storage = memoryStorage()
    const id = await failed(storage, 0)
    for (let index = 1; index < 300; index += 1) await insertSample(storage, { createdAt: T0 + index })
    const { list } = storage.subscriptions
    const passedOver = async (query: Parameters<typeof list>[0]) => (await list(query)).slice(1)
    const { run, observed } = processOn(
      { ...storage, subscriptions: { ...storage.subscriptions, list: passedOver } },
      new Map(),
    )
    await run()
    expect(observed).toEqual(['subscription.failing'])
    expect((await storage.subscriptions.get([id]))[0]?.health.warnedAt).not.toBeNull()
  })

  it('leaves a subscription on that recovers while it is about to be switched off', async () => {
    const storage = memoryStorage()
    const id = await failed(storage, 0, 4 * HOUR)
    const { list } = storage.subscriptions
    const racing = {
      ...storage,
      subscriptions: {
        ...storage.subscriptions,
        list: async (query: Parameters<typeof list>[0]) => {
          const page = await list(query)
          if (page.length === 0) return page
          const lane = await take(storage, id, T0 + 9 * HOUR)
          const [event] = (await seed(storage, 1)).events
          const delivery = {
            id: `dlv_${event?.id.slice(4)}_${id}`,
            eventId: event?.id ?? '',
            subscriptionId: id,
          }
          const deliveries = [{ ...delivery, dueAt: T0, createdAt: T0, once: false }]
          await storage.events.fanOut({ now: T0, eventIds: [], deliveries })
          expect(await complete(storage, [sampleResult(lane, delivery.id)])).toEqual([])
          return page
        },
      },
    }
    const { run, observed } = processOn(racing, new Map())
    await run()
    expect(observed).toEqual([])
    expect((await storage.subscriptions.get([id]))[0]).toMatchObject({ isActive: true })
  })
})
