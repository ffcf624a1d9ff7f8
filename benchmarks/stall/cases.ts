import { fork } from 'node:child_process'
import { createDispatcher, type Dispatcher, type Storage } from '@swigs/webhooks-dispatcher'
import type { StoredEvent } from '@swigs/webhooks-dispatcher/storage-kit'

/** What happens to a storage on a file; `work` is what is measured. */
export interface Case {
  readonly name: string
  /** Of the longest standstill, ms. */
  readonly mark: number
  /** Answers what to measure, when all before it is done. */
  prepare(storage: Storage, file: string): Promise<{ work: () => Promise<unknown>; end: () => Promise<void> }>
}

const LOCKED_MS = 9_000
const OLD_EVENTS = 50_000
const SUBSCRIPTIONS = 10_000
const AT_A_TIME = 1_000

/** Sends nothing: nobody subscribes to be sent to. */
const dispatcherOf = (storage: Storage): Dispatcher =>
  createDispatcher({
    storage,
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
    rateLimit: false,
  }) as Dispatcher

const locked: Case = {
  name: `another process holds the lock for ${LOCKED_MS / 1_000} s`,
  mark: 50,
  prepare: async (storage, file) => {
    const webhooks = dispatcherOf(storage)
    await webhooks.start()
    await webhooks.dispatch('order.created', { n: 0 })
    const holder = fork(new URL('hold-lock.mjs', import.meta.url), [file, String(LOCKED_MS)])
    await new Promise((resolve) => holder.once('message', resolve))
    const free = new Promise((resolve) => holder.once('exit', resolve))
    return {
      work: async () => {
        // Some are refused, as the lock is held for longer than a write waits.
        await Promise.allSettled(
          Array.from({ length: 20 }, (_, n) => webhooks.dispatch('order.created', { n })),
        )
        await free
        await webhooks.dispatch('order.created', { n: 21 })
      },
      end: () => webhooks.stop(),
    }
  },
}

const pruned: Case = {
  name: `${OLD_EVENTS.toLocaleString('en')} events past their retention when it starts`,
  mark: 50,
  prepare: async (storage) => {
    await storage.open()
    for (let from = 0; from < OLD_EVENTS; from += AT_A_TIME) {
      const events = Array.from({ length: AT_A_TIME }, (_, offset) => oldEvent(from + offset))
      await storage.events.append({ callId: `${from}`, events, visibleAt: from })
      await storage.events.fanOut({ now: from, eventIds: events.map(({ id }) => id), deliveries: [] })
    }
    const webhooks = dispatcherOf(storage)
    return {
      work: async () => {
        await webhooks.start()
        while ((await storage.events.list({ after: null, limit: 1 })).length > 0)
          await new Promise((resolve) => setTimeout(resolve, 5))
      },
      end: () => webhooks.stop(),
    }
  },
}

const oldEvent = (n: number): StoredEvent => {
  const id = `evt_${String(n).padStart(9, '0')}`
  const at = { occurredAt: n, acceptedAt: n }
  return { id, type: 'order.created', siteId: null, body: '{}', ...at, target: null }
}

const fannedOut: Case = {
  name: `one event for ${SUBSCRIPTIONS.toLocaleString('en')} subscriptions`,
  mark: 100,
  prepare: async (storage) => {
    const webhooks = dispatcherOf(storage)
    const url = 'http://127.0.0.1:9/'
    for (let from = 0; from < SUBSCRIPTIONS; from += AT_A_TIME)
      await Promise.all(
        Array.from({ length: AT_A_TIME }, (_, offset) =>
          webhooks.subscriptions.create({ appName: `app-${from + offset}`, url, events: ['order.created'] }),
        ),
      )
    return {
      work: async () => {
        await webhooks.dispatch('order.created', { n: 1 })
        while ((await webhooks.stats()).pending < SUBSCRIPTIONS)
          await new Promise((resolve) => setTimeout(resolve, 5))
      },
      end: () => webhooks.stop(),
    }
  },
}

export const CASES: readonly Case[] = [locked, pruned, fannedOut]
