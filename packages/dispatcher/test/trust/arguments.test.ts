import { expect, it } from 'vitest'
import { setUp } from '../support.js'

type Loose = Record<string, Record<string, (...args: unknown[]) => Promise<unknown>>>

it.each([
  ['subscriptions.get', ['id', {}], 'argument 2'],
  ['subscriptions.update', ['id', {}, {}, {}], 'argument 4'],
  ['subscriptions.remove', ['id', { acter: 'ada' }], 'acter'],
  ['subscriptions.rotateSecret', ['id', { overlap: 5 }], 'overlap'],
  ['subscriptions.list', [{ limits: 5 }], 'limits'],
  ['deliveries.list', [{}, { limit: 5 }], 'argument 2'],
  ['deliveries.resend', ['id', { actor: 7 }], 'actor'],
  ['deliveries.recover', [{ subscriptionId: 'x', since: 0, dry: true }], 'dry'],
  ['events.get', ['id', 'surplus'], 'argument 2'],
])('%s refuses by name what it would drop: %j', async (member, args, path) => {
  const { webhooks } = setUp()
  const [group = '', verb = ''] = member.split('.')
  const call = (webhooks as unknown as Loose)[group]?.[verb]?.(...args)
  await expect(call).rejects.toMatchObject({ code: 'INVALID_OPTIONS', issues: [{ path }] })
  await webhooks.stop()
})

it('dispatch takes a session beside a site id, and refuses any other argument by name', async () => {
  const { webhooks, storage } = setUp()
  const loose = webhooks.dispatch as unknown as (...args: unknown[]) => Promise<unknown>
  const dispatch = (...rest: unknown[]) => loose('order.created', {}, ...rest)
  const session = { of: 'another database' }
  await expect(dispatch('site-1', { session })).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
  expect((await storage.maintenance.counts({ now: 0 })).pendingEvents).toBe(0)
  const refused = (path: string) => ({ code: 'INVALID_EVENT', issues: [{ path }] })
  await expect(dispatch('site-1', { sesion: session })).rejects.toMatchObject(refused('sesion'))
  await expect(dispatch('site-1', { siteId: 'site-2' })).rejects.toMatchObject(refused('siteId'))
  await expect(dispatch({ siteId: 'site-1' }, { session })).rejects.toMatchObject(refused('argument 4'))
  await expect(dispatch('site-1', 'surplus')).rejects.toMatchObject(refused('argument 4'))
  await expect(dispatch('site-1', {}, 'surplus')).rejects.toMatchObject(refused('argument 5'))
  expect((await webhooks.events.list()).items).toEqual([])
  await dispatch('site-1', { idempotencyKey: 'one' })
  expect((await webhooks.events.list()).items).toMatchObject([{ siteId: 'site-1' }])
  await webhooks.stop()
})
