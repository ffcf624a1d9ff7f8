import { FULL_WINDOW, type Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqliteStorage } from '../src/sqlite-storage.js'
import { openTestFile } from './open-test-file.js'
import {
  appendOf,
  deliveredResult,
  deliveryOf,
  sampleEvent,
  sampleSubscription,
  testFolder,
} from './samples.js'

const EVENTS = ['evt_1', 'evt_2', 'evt_3']
const SUBS = ['sub_1', 'sub_2', 'sub_3']

describe('a row that cannot be read is said and passed over', () => {
  let file: string
  let remove: () => Promise<void>
  let storage: Storage
  let told: string[]

  beforeEach(async () => {
    ;({ file, remove } = await testFolder())
    storage = sqliteStorage({ file })
    told = []
    await reopen()
    for (const id of SUBS) await storage.subscriptions.insert(sampleSubscription(id))
    await storage.events.append(appendOf(...EVENTS.map((id) => sampleEvent(id))))
    const deliveries = EVENTS.flatMap((event) => SUBS.map((sub) => deliveryOf(event, sub)))
    await storage.events.fanOut({ now: 0, eventIds: EVENTS, deliveries })
  })
  afterEach(async () => {
    await storage.close()
    await remove()
  })

  const reopen = async (): Promise<void> => {
    const malformed = ({ noun, id, problem }: { noun: string; id: string; problem: string }) =>
      void told.push(`${noun} ${id}: ${problem}`)
    await storage.close()
    await storage.open({ report: { malformed } })
  }

  const breakBy = (sql: string): void => {
    const { database, close } = openTestFile(file)
    database.exec(sql)
    close()
  }

  it.each(['{broken', 'null', '{}', '{"id":"sub_2","url":5}'])(
    'a subscription whose record is %s: the others are found, listed and matched',
    async (record) => {
      breakBy(`UPDATE subscriptions SET record = '${record}' WHERE id = 'sub_2'`)
      const others = ['sub_1', 'sub_3']
      const ids = (rows: readonly { id: string }[] = []) => rows.map(({ id }) => id).sort()
      expect(ids(await storage.subscriptions.get(SUBS))).toEqual(others)
      expect(ids(await storage.subscriptions.list({ after: null, limit: 9 }))).toEqual(others)
      expect(ids(await storage.subscriptions.matching?.(['order.*']))).toEqual(others)
      expect(await storage.subscriptions.update({ id: 'sub_2', patch: { appName: 'x' }, now: 1 })).toBeNull()
      expect(told).toHaveLength(4)
      expect(told[0]).toMatch(/^subscription sub_2: (is not JSON|\w+ is not what it must be)$/)
      await storage.maintenance.repair({ now: 1, latestDueAt: 9, latestVisibleAt: 9 })
      await storage.subscriptions.remove('sub_2')
      expect(ids(await storage.subscriptions.list({ after: null, limit: 9 }))).toEqual(others)
    },
  )

  it.each(['{broken', '"text"', '[1,"x"]', '[null]'])(
    'a lane whose window is %s: it counts as full',
    async (ends) => {
      breakBy(`INSERT INTO windows SELECT n, '${ends}', 0 FROM names WHERE name = 'sub_2'`)
      const { lanes } = await storage.lanes.acquire({ token: 't', now: 1, leaseMs: 9, limit: 9 })
      expect(lanes).toHaveLength(3)
      expect(lanes.find(({ subscriptionId }) => subscriptionId === 'sub_2')?.window).toEqual(FULL_WINDOW)
      expect(told).toEqual(['lane sub_2: ends is no list of instants'])
    },
  )

  it('an event that nobody has fanned out: the others are, and for an hour it is not met again', async () => {
    const events = ['evt_bad', 'evt_good'].map((id) => sampleEvent(id, { type: `type of ${id}` }))
    await storage.events.append(appendOf(...events))
    breakBy("DELETE FROM names WHERE name = 'type of evt_bad'")
    await reopen()
    const ids = async (now: number, limit = 1) =>
      (await storage.events.unfanned({ now, limit })).map(({ id }) => id)
    expect(await ids(0, 9)).toEqual(['evt_good'])
    expect(await ids(0)).toEqual(['evt_good'])
    expect(told).toEqual(['event evt_bad: type has no name'])
    expect(await ids(3_600_001, 9)).toEqual(['evt_good'])
    expect(told).toHaveLength(2)
    expect(await storage.events.get(['evt_bad'])).toEqual([])
    expect(await storage.events.list({ after: null, limit: 9 })).toHaveLength(4)
  })

  it('a delivery whose event is gone: its lane goes on with the next, and what is beside it ends', async () => {
    breakBy("DELETE FROM events WHERE id = 'evt_1'")
    const upcoming = await storage.lanes.upcoming({ subscriptionId: 'sub_1', limit: 9 })
    expect(upcoming.map(({ eventId }) => eventId)).toEqual(['evt_2', 'evt_3'])
    expect(told).toEqual(['delivery event 1 to sub_1: its event is not there'])
    const { lanes } = await storage.lanes.acquire({ token: 't', now: 1, leaseMs: 9, limit: 9 })
    expect(lanes).toHaveLength(3)
    const results = EVENTS.map((event) => deliveredResult(event, 'sub_1', 't'))
    const left = await storage.lanes.complete({ callId: 'c', now: 2, results, progressed: ['sub_1'] })
    expect(left).toEqual(['dlv_1_sub_1'])
    expect(await storage.deliveries.list({ after: null, limit: 99 })).toHaveLength(6)
  })

  it('an ended delivery of no known state: the list goes on without it', async () => {
    await storage.deliveries.cancel({ ids: ['dlv_1_sub_1', 'dlv_2_sub_1'], reason: 'cancelled', now: 1 })
    breakBy('UPDATE ended SET state = 9 WHERE event = 1')
    expect(await storage.deliveries.list({ after: null, limit: 99 })).toHaveLength(8)
    expect(await storage.deliveries.get('dlv_1_sub_1')).toBeNull()
    expect(told).toEqual(Array(2).fill('delivery evt_1 to 1: state is unknown'))
  })

  it('what a listener throws holds nothing up', async () => {
    await storage.close()
    await storage.open({
      report: {
        malformed: () => {
          throw new Error('a listener that is broken')
        },
      },
    })
    breakBy("UPDATE subscriptions SET record = '{' WHERE id = 'sub_2'")
    expect(await storage.subscriptions.list({ after: null, limit: 9 })).toHaveLength(2)
  })
})
