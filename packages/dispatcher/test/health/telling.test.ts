import { describe, expect, it } from 'vitest'
import { createDispatcher, type ObservedEvent } from '../../src/index.js'
import { MINUTE, SECRET, setUp } from '../support.js'

const HOUR = 60 * MINUTE
const ILL = 'https://ill.example.com/hooks'
const WATCHER = 'https://watcher.example.com/hooks'

const NAMES = ['subscription.failing', 'subscription.recovered', 'subscription.disabled']

const changesIn = (observed: readonly ObservedEvent[]): string[] =>
  observed.flatMap(({ name }) => (NAMES.includes(name) ? name.slice('subscription.'.length) : []))

/** An endpoint that fails as long as it is told to, and one that asks for what is said about others. */
const scene = async (options: Parameters<typeof setUp>[0] = {}) => {
  const receiver = { isIll: true }
  const world = setUp({
    respond: ({ url }) => (url === ILL && receiver.isIll ? 503 : 200),
    retry: { delaysMs: Array<number>(50).fill(10 * MINUTE), jitter: 0 },
    pollIntervalMs: MINUTE,
    health: { warnAfterMs: HOUR },
    ...options,
  })
  const { webhooks, transport, clock } = world
  const ill = await world.subscribe({ url: ILL, events: ['order.*', 'webhooks.*'] })
  await world.subscribe({ url: WATCHER, events: ['webhooks.subscription.*'] })
  await webhooks.start()
  const told = (url = WATCHER) =>
    transport.requests.filter((request) => request.url === url && request.json.event.startsWith('webhooks.'))
  const happen = async (ms = 0) => {
    await webhooks.dispatch('order.created', {})
    await clock.advance(ms)
  }
  const view = () => webhooks.subscriptions.get(ill.id)
  return { ...world, receiver, ill, told, happen, view }
}

describe('a subscription that fails for too long', () => {
  it('is told of once, to the observer and as an event to whoever asks for it by name', async () => {
    const { webhooks, clock, observed, told, happen, ill, view } = await scene()
    const since = clock.now()
    await happen(55 * MINUTE)
    expect(changesIn(observed)).toEqual([])
    expect((await view()).health).toEqual({ failingSince: new Date(since), warnedAt: null })
    await clock.advance(3 * HOUR)
    expect(changesIn(observed)).toEqual(['failing'])
    expect(observed).toContainEqual({
      name: 'subscription.failing',
      subscriptionId: ill.id,
      failingSince: since,
    })
    expect(told().map(({ json }) => [json.event, json.data])).toEqual([
      [
        'webhooks.subscription.failing',
        {
          subscriptionId: ill.id,
          appName: 'swigs-workflow',
          failingSince: new Date(since).toISOString(),
          at: (await view()).health.warnedAt?.toISOString(),
          lastError: 'The receiver answered 503',
        },
      ],
    ])
    await webhooks.stop()
  })

  it('is not told of itself, nor to those who ask for everything', async () => {
    const { webhooks, clock, transport, told, happen, subscribe } = await scene()
    await subscribe({ url: 'https://star.example.com/', events: ['*'] })
    await happen(3 * HOUR)
    await clock.advance(MINUTE)
    expect(told()).toHaveLength(1)
    expect(told(ILL)).toEqual([])
    expect(told('https://star.example.com/')).toEqual([])
    expect(transport.requests.filter(({ url }) => url === 'https://star.example.com/')).toHaveLength(1)
    await webhooks.stop()
  })

  it('has recovered with one delivery, which is told once, and is told of again when it fails anew', async () => {
    const { webhooks, clock, observed, receiver, told, happen, view } = await scene()
    await happen(2 * HOUR)
    receiver.isIll = false
    await clock.advance(20 * MINUTE)
    expect(changesIn(observed)).toEqual(['failing', 'recovered'])
    expect((await view()).health).toEqual({ failingSince: null, warnedAt: null })
    receiver.isIll = true
    await happen(2 * HOUR)
    expect(changesIn(observed)).toEqual(['failing', 'recovered', 'failing'])
    expect(told().map(({ json }) => json.event.split('.').at(-1))).toEqual([
      'failing',
      'recovered',
      'failing',
    ])
    await webhooks.stop()
  })

  it('is never told of where one delivery came in between', async () => {
    const { webhooks, clock, observed, receiver, happen } = await scene()
    for (let round = 0; round < 4; round += 1) {
      receiver.isIll = true
      await happen(45 * MINUTE)
      receiver.isIll = false
      await clock.advance(15 * MINUTE)
    }
    expect(changesIn(observed)).toEqual([])
    await webhooks.stop()
  })

  it('is told of once however many processes look', async () => {
    const { webhooks, clock, observed, receiver, told, happen, storage, transport } = await scene()
    const others = [1, 2].map(() =>
      createDispatcher({
        storage,
        transport,
        clock,
        pollIntervalMs: MINUTE,
        health: { warnAfterMs: HOUR },
        network: { resolve: async () => [{ address: '93.184.215.14', family: 4 }] },
        logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
        observer: (event) => observed.push(event),
      }),
    )
    await Promise.all(others.map((other) => other.start()))
    await happen(3 * HOUR)
    receiver.isIll = false
    await happen(20 * MINUTE)
    expect(changesIn(observed)).toEqual(['failing', 'recovered'])
    expect(told()).toHaveLength(2)
    await Promise.all([webhooks, ...others].map((one) => one.stop()))
  })

  it('is not looked at with both off', async () => {
    const { webhooks, observed, happen } = await scene({ health: { warnAfterMs: false } })
    await happen(8 * HOUR)
    expect(changesIn(observed)).toEqual([])
    await webhooks.stop()
  })
})

describe('disableAfterMs', () => {
  it('switches off what fails for so long, says why, tells of it once, and sends nothing more', async () => {
    const { webhooks, clock, observed, transport, told, happen, view, ill } = await scene({
      health: { warnAfterMs: HOUR, disableAfterMs: 2 * HOUR },
    })
    await happen(2 * HOUR + 5 * MINUTE)
    expect(changesIn(observed)).toEqual(['failing', 'disabled'])
    expect(await view()).toMatchObject({ isActive: false, inactiveReason: 'failing' })
    const deactivated = { name: 'subscription.deactivated', subscriptionId: ill.id, reason: 'failing' }
    expect(observed).toContainEqual(deactivated)
    expect(told().map(({ json }) => json.event)).toEqual([
      'webhooks.subscription.failing',
      'webhooks.subscription.disabled',
    ])
    const before = transport.requests.length
    await happen(3 * HOUR)
    expect(transport.requests.length).toBe(before)
    expect(changesIn(observed)).toEqual(['failing', 'disabled'])
    // Whoever switches it on again has the same time anew.
    await webhooks.subscriptions.update(ill.id, { isActive: true })
    await clock.advance(90 * MINUTE)
    expect(await view()).toMatchObject({ isActive: true })
    await webhooks.stop()
  })

  it('leaves on what failed once, and was not tried since', async () => {
    const { webhooks, observed, happen, view } = await scene({
      retry: { delaysMs: [] },
      health: { warnAfterMs: HOUR, disableAfterMs: 2 * HOUR },
    })
    await happen(9 * HOUR)
    expect(changesIn(observed)).toEqual(['failing'])
    expect(await view()).toMatchObject({ isActive: true })
    await happen(MINUTE * 2)
    expect(changesIn(observed)).toEqual(['failing', 'disabled'])
    await webhooks.stop()
  })
})

describe('what is paused or off', () => {
  it('is not told of, and begins anew when it is resumed', async () => {
    const { webhooks, clock, observed, happen, ill, view } = await scene()
    await happen(40 * MINUTE)
    await webhooks.subscriptions.update(ill.id, { isActive: false })
    await webhooks.subscriptions.test(ill.id)
    await clock.advance(3 * HOUR)
    await webhooks.subscriptions.test(ill.id)
    expect(changesIn(observed)).toEqual([])
    await webhooks.subscriptions.update(ill.id, { isActive: true })
    expect((await view()).health.failingSince).toBeNull()
    await happen(50 * MINUTE)
    expect(changesIn(observed)).toEqual([])
    await clock.advance(20 * MINUTE)
    expect(changesIn(observed)).toEqual(['failing'])
    await webhooks.stop()
  })

  it('begins anew at another URL, too', async () => {
    const { webhooks, clock, observed, happen, ill, view } = await scene()
    await happen(50 * MINUTE)
    await webhooks.subscriptions.update(ill.id, { url: `${ILL}/elsewhere` })
    expect((await view()).health.failingSince).toBeNull()
    await clock.advance(2 * HOUR)
    expect(changesIn(observed)).toEqual([])
    await webhooks.stop()
  })
})

describe('events of the dispatcher’s own', () => {
  const schema = { safeParse: (data: unknown) => ({ success: true, data }) }
  const events = { 'order.created': { description: '', schema, example: {} } } as never

  it('can be asked for beside a catalogue that has none of them', async () => {
    const { webhooks, subscribe } = setUp({ events })
    for (const name of ['webhooks.subscription.failing', 'webhooks.subscription.*', 'webhooks.*'])
      await expect(subscribe({ events: [name], appSecret: SECRET })).resolves.toMatchObject({
        events: [name],
      })
    await expect(subscribe({ events: ['webhooks.subscription.exploded'] })).rejects.toMatchObject({
      issues: [{ path: 'events[0]', message: expect.stringContaining('webhooks.*') }],
    })
    await webhooks.stop()
  })

  it('cannot be dispatched by anybody else', async () => {
    const { webhooks } = setUp()
    await expect(webhooks.dispatch('webhooks.subscription.failing', {})).rejects.toMatchObject({
      code: 'INVALID_EVENT',
      issues: [{ path: 'type', message: expect.stringContaining('Take another name') }],
    })
    await expect(webhooks.dispatch('webhooks.of_the_app', {})).resolves.toMatchObject({ accepted: true })
    await webhooks.stop()
  })

  it.each([{ warnAfterMs: 0 }, { disableAfterMs: -1 }, { warnAfterMs: '6h' }, { warnAfter: 5 }])(
    'are not had with health: %o',
    (health) => {
      expect(() => setUp({ health: health as never })).toThrow(/health/)
    },
  )
})
