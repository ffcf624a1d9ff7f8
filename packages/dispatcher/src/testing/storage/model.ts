import fc from 'fast-check'
import { expect } from 'vitest'
import { deliveryId, newDelivery } from '../../core/delivery.js'
import type { Lane } from '../../core/lane.js'
import type { Storage } from '../../ports/storage/storage.js'
import type { ContractTest } from './harness.js'
import {
  append as store,
  complete,
  insertSample,
  LEASE_MS,
  released,
  sampleEvent,
  sampleResult,
  T0,
} from './samples.js'

/** The least that says what must hold: which deliveries exist, in which state, after how many attempts. */
interface Model {
  now: number
  readonly events: { id: string; fannedOut: boolean }[]
  readonly deliveries: Map<string, { status: string; attempts: number; lane: string }>
  /** Who holds each lane, by the model's reckoning. */
  readonly owners: Map<string, { token: string; until: number }>
}

interface Real {
  readonly storage: Storage
  readonly subscriptions: readonly string[]
  /** Acquisitions, lost ones included: owners that do not know yet. */
  readonly held: Lane[]
  readonly stored: ReturnType<typeof sampleEvent>[]
}

type Step = fc.AsyncCommand<Model, Real>

const step = (name: string, run: (model: Model, real: Real) => Promise<void>): Step => ({
  check: () => true,
  run,
  toString: () => name,
})

const pick = <T>(items: readonly T[], at: number): T | undefined => items[at % Math.max(1, items.length)]

const append = () =>
  step('append', async (model, real) => {
    const event = sampleEvent()
    expect(await store(real.storage, [event], model.now)).toEqual([true])
    model.events.push({ id: event.id, fannedOut: false })
    real.stored.push(event)
  })

/** `marks: false` is a crash before the last write. */
const fanOut = (at: number, marks: boolean) =>
  step(`fanOut(${at}, ${marks})`, async (model, real) => {
    const [event, known] = [pick(real.stored, at), pick(model.events, at)]
    if (!event || !known) return
    const deliveries = real.subscriptions.map((id) => newDelivery(event, id, model.now))
    await real.storage.events.fanOut({ now: model.now, eventIds: marks ? [event.id] : [], deliveries })
    known.fannedOut ||= marks
    for (const lane of real.subscriptions) {
      const id = deliveryId(event.id, lane)
      if (!model.deliveries.has(id)) model.deliveries.set(id, { status: 'pending', attempts: 0, lane })
    }
  })

const acquire = () =>
  step('acquire', async (model, real) => {
    const token = `t${real.held.length}-${model.now}`
    const { lanes } = await real.storage.lanes.acquire({
      token,
      now: model.now,
      leaseMs: LEASE_MS,
      limit: 2,
    })
    for (const lane of lanes) {
      const owner = model.owners.get(lane.subscriptionId)
      expect(owner === undefined || owner.until <= model.now, 'a held lane was given away').toBe(true)
      model.owners.set(lane.subscriptionId, { token, until: model.now + LEASE_MS })
      real.held.push(lane)
    }
  })

const finish = (at: number, which: number, status: 'delivered' | 'failed' | 'pending') =>
  step(`complete(${at}, ${which}, ${status})`, async (model, real) => {
    const lane = pick(real.held, at)
    if (!lane) return
    const mine = [...model.deliveries].filter(([, delivery]) => delivery.lane === lane.subscriptionId)
    const [id, delivery] = pick(mine, which) ?? []
    if (!id || !delivery) return
    const result = sampleResult(lane, id, {
      status,
      expectedAttemptCount: delivery.attempts,
      dueAt: status === 'pending' ? model.now + 5 : null,
    })
    const left = await complete(real.storage, [result], { now: model.now })
    const holds = model.owners.get(lane.subscriptionId)?.token === lane.token
    const applies = holds && delivery.status === 'pending'
    expect(left).toEqual(applies ? [] : [id])
    if (applies) Object.assign(delivery, { status, attempts: delivery.attempts + 1 })
  })

const release = (at: number) =>
  step(`release(${at})`, async (model, real) => {
    const lane = pick(real.held, at)
    if (!lane) return
    const { subscriptionId, token } = lane
    const lanes = [released(lane, { dueAt: model.now })]
    await real.storage.lanes.release({ now: model.now, lanes })
    if (model.owners.get(subscriptionId)?.token === token) model.owners.delete(subscriptionId)
  })

const change = (which: number, to: 'resend' | 'cancel') =>
  step(`${to}(${which})`, async (model, real) => {
    const [id, delivery] = pick([...model.deliveries], which) ?? []
    if (!id || !delivery) return
    const ids = [id]
    if (to === 'resend') await real.storage.deliveries.resend({ ids, now: model.now })
    else await real.storage.deliveries.cancel({ ids, reason: 'cancelled', now: model.now })
    if (to === 'resend') delivery.status = 'pending'
    else if (delivery.status === 'pending') delivery.status = 'cancelled'
  })

const pass = (ms: number) =>
  step(`pass(${ms})`, async (model) => {
    model.now += ms
  })

const same = () =>
  step('compare', async (model, real) => {
    const listed = await real.storage.deliveries.list({ after: null, limit: 1_000 })
    const seen = listed.map(({ id, status, attemptCount }) => [id, status, attemptCount]).sort()
    expect(seen).toEqual(
      [...model.deliveries].map(([id, { status, attempts }]) => [id, status, attempts]).sort(),
    )
    const pending = await real.storage.events.unfanned({ now: model.now, limit: 1_000 })
    const open = model.events.filter((event) => !event.fannedOut).map(({ id }) => id)
    expect(pending.map(({ id }) => id).sort()).toEqual(open.sort())
  })

const at = fc.nat(20)
const steps = [
  fc.constant(append()),
  fc.tuple(at, fc.boolean()).map(([where, marks]) => fanOut(where, marks)),
  fc.constant(acquire()),
  fc
    .tuple(at, at, fc.constantFrom('delivered', 'failed', 'pending'))
    .map((all) => finish(...(all as [number, number, 'pending']))),
  at.map(release),
  fc.tuple(at, fc.constantFrom('resend', 'cancel')).map((all) => change(...(all as [number, 'resend']))),
  fc.constantFrom(1, 100, LEASE_MS).map(pass),
  fc.constant(same()),
]

export const modelTests: readonly ContractTest[] = [
  {
    name: 'does what the model does, through crashes, lost leases, resends and repeated fan-outs',
    run: async (storage) => {
      const run = async (commands: Iterable<Step>) => {
        const setup = async () => {
          for (const { id } of await storage.deliveries.list({ after: null, limit: 1_000 }))
            await storage.deliveries.cancel({ ids: [id], reason: 'cancelled', now: T0 })
          for (const { id } of await storage.subscriptions.list({ after: null, limit: 100 })) {
            await storage.subscriptions.remove(id)
            await storage.lanes.remove(id)
          }
          const left = await storage.events.unfanned({ now: T0 + 1e9, limit: 1_000 })
          await storage.events.fanOut({ now: T0, eventIds: left.map(({ id }) => id), deliveries: [] })
          while ((await storage.maintenance.prune({ before: T0 + 1e9, limit: 500 })) > 0);
          const first = await insertSample(storage)
          const second = await insertSample(storage)
          const model: Model = { now: T0, events: [], deliveries: new Map(), owners: new Map() }
          return {
            model,
            real: { storage, subscriptions: [first.id, second.id], held: [], stored: [] } as Real,
          }
        }
        await fc.asyncModelRun(setup, [...commands, same()])
      }
      await fc.assert(fc.asyncProperty(fc.commands(steps, { maxCommands: 40 }), run), {
        numRuns: 40,
        endOnFailure: true,
      })
    },
  },
]
