import { describe, expect, it } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import type { Storage } from '../../src/ports/storage/storage.js'
import { setUp } from '../support.js'

/** Two subscriptions, some deliveries of each delivered, failed and pending. */
const world = async () => {
  let status = 200
  const all = setUp({ respond: () => status })
  const { webhooks, subscribe } = all
  const [one, two] = [await subscribe(), await subscribe({ events: ['order.*'] })]
  const send = async (answer: number, type: string, siteId: string) => {
    status = answer
    await webhooks.dispatch(type, {}, siteId)
    await webhooks.drain()
  }
  await send(200, 'order.created', 'a')
  await send(404, 'order.paid', 'b')
  await send(503, 'customer.created', 'b')
  status = 200
  await all.clock.advance(1_000)
  return { ...all, one, two }
}

describe('on all that a filter finds', () => {
  it('counts', async () => {
    const { webhooks, one } = await world()
    const count = (filter?: object) => webhooks.deliveries.count(filter)
    expect(await count()).toEqual({ count: 5, atLeast: false })
    expect(await count({ subscriptionId: one.id, status: 'pending' })).toEqual({ count: 1, atLeast: false })
    expect(await count({ siteId: 'b' })).toEqual({ count: 3, atLeast: false })
    expect(await count({ type: 'order.paid', status: 'failed' })).toEqual({ count: 2, atLeast: false })
    expect(await count({ reason: 'rejected' })).toEqual({ count: 2, atLeast: false })
    expect(await count({ reason: 'rejected', siteId: 'b' })).toEqual({ count: 2, atLeast: false })
    expect(await count({ reason: 'gone', siteId: 'b' })).toEqual({ count: 0, atLeast: false })
    await expect(count({ reason: 'unknown' })).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      issues: [{ path: 'reason' }],
    })
    await expect(count({ limit: 5 })).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })
  })

  it('says when it has not looked at everything', async () => {
    const storage = memoryStorage()
    const row = {
      eventId: 'e',
      eventType: 't',
      siteId: null,
      subscriptionId: 's',
      reason: null,
      attempts: [],
    }
    const list = (async ({ limit, after }) =>
      Array.from({ length: limit }, (_, index) => ({
        ...{
          ...row,
          status: 'failed',
          dueAt: 0,
          settledAt: 1,
          attemptCount: 1,
          scheduleStep: 1,
          once: false,
        },
        ...{ createdAt: (after?.at ?? 1e12) - index - 1, id: `d${index}` },
      }))) as Storage['deliveries']['list']
    const { webhooks } = setUp({ storage: { ...storage, deliveries: { ...storage.deliveries, list } } })
    expect(await webhooks.deliveries.count({ status: 'failed' })).toEqual({ count: 10_000, atLeast: true })
  })

  it('resends, tests and what belongs to who is off or gone aside', async () => {
    const { webhooks, transport, one, two, observed } = await world()
    await webhooks.subscriptions.test(one.id)
    await webhooks.subscriptions.pause(two.id, { keep: false })
    const before = transport.requests.length
    const dry = await webhooks.deliveries.resendAll({ since: 0 }, { dryRun: true })
    expect(dry).toEqual({ count: 3, atLeast: false })
    expect(await webhooks.stats()).toMatchObject({ pending: 1 })
    expect(await webhooks.deliveries.resendAll({ status: 'failed' }, { actor: 'ada' })).toMatchObject({
      count: 1,
    })
    await webhooks.drain()
    expect(transport.requests).toHaveLength(before + 1)
    expect(observed).toContainEqual({ name: 'deliveries.changed', change: 'resent', count: 1, actor: 'ada' })
    expect(await webhooks.deliveries.resendAll({ subscriptionId: one.id })).toMatchObject({ count: 3 })
    await webhooks.drain()
    expect(await webhooks.stats()).toMatchObject({ pending: 0, failed: 1 })
    await webhooks.subscriptions.remove(two.id)
    expect(await webhooks.deliveries.resendAll({ subscriptionId: two.id })).toMatchObject({ count: 0 })
  })

  it('resends what fails again at once no second time', async () => {
    const { webhooks, clock, subscribe, transport } = setUp({ respond: () => 404, rateLimit: false })
    await subscribe()
    for (let index = 0; index < 700; index += 1) await webhooks.dispatch('order.created', {})
    await webhooks.drain()
    await webhooks.start()
    const resent = webhooks.deliveries.resendAll({ status: 'failed' })
    await clock.advance(1_000)
    expect(await resent).toMatchObject({ count: 700 })
    expect(transport.requests).toHaveLength(1_400)
    await webhooks.stop()
  })

  it('cancels what is pending', async () => {
    const { webhooks, one } = await world()
    const cancel = webhooks.deliveries.cancelAll
    expect(await cancel({ subscriptionId: one.id }, { dryRun: true })).toMatchObject({ count: 1 })
    expect(await cancel({ status: 'failed' })).toMatchObject({ count: 0 })
    expect(await webhooks.stats()).toMatchObject({ pending: 1, failed: 2 })
    expect(await cancel({ siteId: 'b' })).toMatchObject({ count: 1 })
    expect(await webhooks.stats()).toMatchObject({ pending: 0, cancelled: 1, failed: 2 })
  })

  it('does nothing where no field restricts it', async () => {
    const { webhooks } = await world()
    const refused = { code: 'INVALID_OPTIONS', message: expect.stringContaining('at least one') }
    await expect(webhooks.deliveries.cancelAll({})).rejects.toMatchObject(refused)
    await expect(webhooks.deliveries.resendAll({ status: undefined })).rejects.toMatchObject(refused)
    await expect(webhooks.subscriptions.pauseAll({ dryRun: true })).rejects.toMatchObject(refused)
    await expect(webhooks.deliveries.cancelAll({ status: 'gone' } as never)).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
    })
  })

  it('pauses those that send, or switches off those that are on', async () => {
    const { webhooks, subscribe } = setUp()
    const [a, b] = [await subscribe({ appName: 'a' }), await subscribe({ filters: { siteIds: ['s'] } })]
    const off = await subscribe({ appName: 'a', isActive: false })
    const { pauseAll } = webhooks.subscriptions
    const states = async () =>
      Promise.all([a, b, off].map(async ({ id }) => (await webhooks.subscriptions.get(id)).state))
    expect(await pauseAll({ appName: 'a', dryRun: true })).toEqual({ count: 1 })
    expect(await states()).toEqual(['active', 'active', 'off'])
    expect(await pauseAll({ appName: 'a' })).toEqual({ count: 1 })
    expect(await pauseAll({ siteId: 's' })).toEqual({ count: 1 })
    expect(await states()).toEqual(['paused', 'paused', 'off'])
    expect(await pauseAll({ ids: [a.id, b.id, off.id, 'nobody'] })).toEqual({ count: 0 })
    expect(await pauseAll({ ids: [a.id, off.id], appName: 'a', keep: false })).toEqual({ count: 1 })
    expect(await states()).toEqual(['off', 'paused', 'off'])
  })
})
