import { memoryStorage } from '@swigs/webhooks-dispatcher'
import { MOUNTS, type Extras } from './mounts.js'
import { customer, dispatcherOn, registration } from './support.js'

export const OURS = '65a00000000000000000000a'
export const THEIRS = '65a00000000000000000000b'

/** A shop with endpoints of our site, of another, of both and of all, and an event on each site and on none. */
export const accessWorld = async (mountName: string, extras: Extras) => {
  const world = dispatcherOn(memoryStorage())
  const { webhooks } = world
  const events = ['customer.created']
  const subscribe = async (appName: string, siteIds: string[]) =>
    (await webhooks.subscriptions.create({ ...registration, appName, events, filters: { siteIds } })).id
  const subscriptions = {
    ours: await subscribe('ours', [OURS]),
    theirs: await subscribe('theirs', [THEIRS]),
    both: await subscribe('both', [OURS, THEIRS]),
    all: await subscribe('all', []),
  }
  const happen = async (siteId: string | null) =>
    (await webhooks.dispatch('customer.created', customer, siteId)).id ?? ''
  const happened = { ours: await happen(OURS), theirs: await happen(THEIRS), none: await happen(null) }
  await webhooks.drain()
  const mount = await (MOUNTS[mountName] as NonNullable<(typeof MOUNTS)[string]>)(webhooks, extras)
  const call = async (method: string, path: string, body?: unknown, user = 'ada') => {
    const headers = { 'x-user': user, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const { status, text } = await mount.send({ method, path, headers, ...sent })
    return { status, body: text === '' ? null : JSON.parse(text) }
  }
  const deliveryOf = async (subscriptionId: string) =>
    (await webhooks.deliveries.list({ subscriptionId })).items[0]?.id ?? ''
  const close = async () => {
    await mount.close()
    await webhooks.stop()
  }
  return { ...world, mount, call, close, subscriptions, happened, deliveryOf }
}

export type AccessWorld = Awaited<ReturnType<typeof accessWorld>>
