import { readFileSync } from 'node:fs'
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ObservedEvent } from '../../src/index.js'
import { observedChannels } from '../../src/adapters/observed-channels.js'
import { Observers } from '../../src/adapters/observers.js'
import { setUp } from '../support.js'

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** The names as the port's file has them, so that none can be left out of a list beside it. */
const namesInThePort = (): string[] => {
  const port = readFileSync(new URL('../../src/ports/observer.ts', import.meta.url), 'utf8')
  const [, members = ''] = /export interface ObservedEvents \{([^]*?)\n\}/.exec(port) ?? []
  return [...members.matchAll(/^ {2}'([a-z_]+\.[a-z_]+)':/gm)].map(([, name = '']) => name)
}

describe('diagnostics channels', () => {
  it('there is one for every observed name, and what is observed is published there', () => {
    const names = namesInThePort()
    expect(names.length).toBeGreaterThan(15)
    expect(Object.keys(observedChannels).toSorted()).toEqual(names.toSorted())
    const { observe } = new Observers(silent)
    for (const name of names) {
      const got: unknown[] = []
      const listener = (message: unknown) => void got.push(message)
      subscribe(`swigs-webhooks:${name}`, listener)
      const event = { name } as ObservedEvent
      observe(event)
      unsubscribe(`swigs-webhooks:${name}`, listener)
      observe(event)
      expect(got, name).toEqual([event])
    }
  })

  it('are told of a dispatcher that has no observer, and cost it nothing while nobody listens', async () => {
    const { webhooks, subscribe: subscription } = setUp({ observer: undefined })
    await subscription()
    const publish = vi.spyOn(channel('swigs-webhooks:attempt.finished'), 'publish')
    await webhooks.dispatch('order.created', { n: 1 })
    await webhooks.drain()
    expect(publish).not.toHaveBeenCalled()
    const got: unknown[] = []
    const listener = (message: unknown) => void got.push(message)
    subscribe('swigs-webhooks:attempt.started', listener)
    await webhooks.dispatch('order.created', { n: 2 })
    await webhooks.drain()
    unsubscribe('swigs-webhooks:attempt.started', listener)
    expect(got).toEqual([expect.objectContaining({ eventType: 'order.created', attempt: 1 })])
  })
})

describe('what nobody observes', () => {
  it('is not even put together: an attempt asks who listens before it looks at its address', async () => {
    const { webhooks, subscribe: subscription } = setUp({ observer: undefined })
    await subscription({ url: 'https://asked.example.com/hooks' })
    let looks = 0
    class CountingUrl extends URL {
      constructor(url: string | URL, base?: string | URL) {
        super(url, base)
        if (this.host === 'asked.example.com') looks += 1
      }
    }
    vi.stubGlobal('URL', CountingUrl)
    onTestFinished(() => void vi.unstubAllGlobals())
    const asked = () => looks
    await webhooks.dispatch('order.created', { n: 1 })
    await webhooks.drain()
    expect(asked()).toBe(0)
    const stop = webhooks.observe(() => undefined)
    await webhooks.dispatch('order.created', { n: 2 })
    await webhooks.drain()
    expect(asked()).toBeGreaterThan(0)
    const before = asked()
    stop()
    await webhooks.dispatch('order.created', { n: 3 })
    await webhooks.drain()
    expect(asked()).toBe(before)
  })
})

describe('an attempt', () => {
  it('is told of when it starts and when it has ended, with its event’s type and its host, and no more of the address', async () => {
    const { webhooks, observed, subscribe: subscription } = setUp({ respond: () => 503 })
    const { id } = await subscription({ url: 'https://workflow.example.com:8443/secret/path?token=secret' })
    await webhooks.dispatch('order.created', { n: 1 })
    await webhooks.drain()
    const [started, finished] = observed.filter(({ name }) => name.startsWith('attempt.'))
    const common = {
      subscriptionId: id,
      eventType: 'order.created',
      attempt: 1,
      host: 'workflow.example.com:8443',
    }
    expect(started).toMatchObject({ name: 'attempt.started', ...common })
    expect(finished).toMatchObject({
      name: 'attempt.finished',
      ...common,
      statusCode: 503,
      errorClass: 'http',
    })
    expect(JSON.stringify(observed)).not.toContain('secret/path')
    expect(JSON.stringify(observed)).not.toContain('token=')
  })

  it('that delivers tells how long it took since the event was accepted, but not when somebody sends it again', async () => {
    let status = 503
    const { webhooks, clock, observed, subscribe: subscription } = setUp({ respond: () => status })
    await subscription()
    await webhooks.dispatch('order.created', { n: 1 })
    await webhooks.drain()
    status = 200
    await clock.advance(60_000)
    await webhooks.drain()
    const lags = () => observed.flatMap((event) => (event.name === 'delivery.delivered' ? [event.lagMs] : []))
    expect(lags()).toEqual([60_000])
    const { items } = await webhooks.deliveries.list()
    await webhooks.deliveries.resend(items[0]?.id ?? '')
    await webhooks.drain()
    expect(lags()).toEqual([60_000, null])
  })
})

describe('observers that are added', () => {
  it('are told beside the one of the options until they end it, whatever the others throw', async () => {
    const seen: string[] = []
    const { webhooks, observed } = setUp()
    const stopThrowing = webhooks.observe(() => {
      throw new Error('broken')
    })
    const stop = webhooks.observe(({ name }) => seen.push(name))
    await webhooks.dispatch('order.created', { n: 1 })
    stop()
    stopThrowing()
    await webhooks.dispatch('order.created', { n: 2 })
    expect(seen.filter((name) => name === 'event.accepted')).toHaveLength(1)
    expect(observed.filter(({ name }) => name === 'event.accepted')).toHaveLength(2)
  })

  it('have to be functions', () => {
    const { webhooks } = setUp()
    expect(() => webhooks.observe({} as never)).toThrow('observe: argument 1: Expected a function')
  })
})
