import { afterEach, beforeEach, expect } from 'vitest'
import type { ManagedDispatcher } from '../../src/route.js'
import { MOUNTS, type Extras, type Mount, type Sent } from '../mounts.js'
import { openApiCheck, type OpenApi } from '../openapi-check.js'
import { STORAGES } from '../storages.js'
import { customer, dispatcherOn, registration, type World } from '../support.js'

// Answers are looked into with matchers.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any

export interface Called {
  readonly status: number
  readonly body: Json
  readonly headers: Headers
}

export interface Harness extends World {
  /** Sends JSON as an admin; what was sent and what came is checked against the OpenAPI document. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Called>
  /** Sends anything. */
  send(request: Sent): Promise<Called>
  /** Registers a subscription; answers its id. */
  register(over?: object): Promise<string>
  /** Dispatches `customer.created` and delivers what is due. */
  happen(siteId?: string | null): Promise<string>
}

/** One mount on one storage, made anew for each test. */
export const useHarness = (mountName: string, storageName: keyof typeof STORAGES): Harness => {
  let world: World
  let mount: Mount
  let cleanup: () => Promise<void>
  let check: ReturnType<typeof openApiCheck>

  beforeEach(async () => {
    const opened = await STORAGES[storageName]()
    world = dispatcherOn(opened.storage)
    const mountOn = MOUNTS[mountName] as (given: ManagedDispatcher, extras: Extras) => Promise<Mount>
    mount = await mountOn(world.webhooks, { allowSend: true })
    cleanup = opened.cleanup
    const { text } = await mount.send({ path: '/openapi.json' })
    check = openApiCheck(JSON.parse(text) as OpenApi)
  })
  afterEach(async () => {
    await mount.close()
    await world.webhooks.stop()
    await cleanup()
  })

  const send = async (request: Sent): Promise<Called> => {
    const received = await mount.send(request)
    check(request, received)
    const { status, headers, text } = received
    const isJson = headers.get('content-type')?.startsWith('application/json')
    return { status, headers, body: text === '' ? null : isJson ? JSON.parse(text) : text }
  }
  const call: Harness['call'] = (method, path, body, headers = {}) =>
    send({
      method,
      path,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })

  const own: Pick<Harness, 'call' | 'send' | 'register' | 'happen'> = {
    call,
    send,
    register: async (over = {}) => {
      const { status, body } = await call('POST', '/', { ...registration, ...over })
      expect(status, JSON.stringify(body)).toBe(201)
      return (body as { id: string }).id
    },
    happen: async (siteId = null) => {
      const { id } = await world.webhooks.dispatch('customer.created', customer, siteId)
      await world.webhooks.drain()
      return id ?? ''
    },
  }
  return new Proxy(own as Harness, {
    get: (target, name) => Reflect.get(name in target ? target : world, name) as unknown,
  })
}
