import { describe, expect, it } from 'vitest'
import type { Harness } from './harness.js'

const since = '2026-02-01T00:00:00Z'

export const describeReplays = (harness: Harness): void => {
  describe('what is done with many', () => {
    it('counts, resends and cancels what a filter finds, counted first', async () => {
      const id = await harness.register()
      harness.receiver.status = 404
      for (let n = 0; n < 3; n += 1) await harness.happen('site-a')
      harness.receiver.status = 503
      await harness.happen()
      const count = await harness.call('GET', `/deliveries/count?subscriptionId=${id}&status=failed`)
      expect(count).toMatchObject({ status: 200, body: { count: 3, atLeast: false } })
      const filter = { subscriptionId: id, status: 'failed', since }
      const preview = await harness.call('POST', '/deliveries/resend-all', { ...filter, dryRun: true })
      expect(preview.body).toEqual({ count: 3, atLeast: false })
      expect((await harness.call('GET', '/deliveries/count?status=pending')).body.count).toBe(1)
      harness.receiver.status = 200
      const resent = await harness.call('POST', '/deliveries/resend-all', filter, { 'x-user': 'eve' })
      expect(resent.body).toEqual({ count: 3, atLeast: false })
      expect(harness.observed.at(-1)).toEqual({
        name: 'deliveries.changed',
        change: 'resent',
        count: 3,
        actor: 'eve',
      })
      const cancelled = await harness.call('POST', '/deliveries/cancel-all', { subscriptionId: id })
      expect(cancelled.body).toEqual({ count: 4, atLeast: false })
      for (const path of ['/deliveries/resend-all', '/deliveries/cancel-all', '/pause-all'])
        expect(await harness.call('POST', path, { dryRun: true })).toMatchObject({
          status: 400,
          body: { message: expect.stringContaining('at least one') },
        })
    })

    it('pauses many', async () => {
      const id = await harness.register({ appName: 'one' })
      await harness.register()
      const preview = await harness.call('POST', '/pause-all', { appName: 'one', dryRun: true })
      expect(preview).toMatchObject({ status: 200, body: { count: 1 } })
      expect((await harness.call('GET', `/${id}`)).body.state).toBe('active')
      expect((await harness.call('POST', '/pause-all', { appName: 'one' })).body).toEqual({ count: 1 })
      expect((await harness.call('GET', `/${id}`)).body.state).toBe('paused')
    })
  })

  describe('replays', () => {
    it('send what was missed, counted first, and tell how far they are', async () => {
      const id = await harness.register({ isActive: false })
      await harness.happen()
      await harness.happen()
      await harness.call('POST', `/${id}/resume`)
      const asked = { subscriptionId: id, since, which: 'missing' }
      const preview = await harness.call('POST', '/deliveries/replay', { ...asked, dryRun: true })
      expect(preview).toMatchObject({ status: 200, body: { id: null, count: 2, atLeast: false } })
      const begun = await harness.call('POST', '/deliveries/replay', asked, { 'x-user': 'eve' })
      expect(begun.body).toMatchObject({ id: expect.stringMatching(/^rpl_/), count: 2 })
      expect((await harness.call('GET', `/replays/${begun.body.id}`)).body).toMatchObject({
        state: 'running',
        which: 'missing',
        subscriptionId: id,
        total: 2,
        done: 0,
      })
      expect(harness.observed.at(-1)).toMatchObject({ name: 'replay.changed', actor: 'eve' })
      await harness.webhooks.drain()
      expect(harness.transport.requests).toHaveLength(2)
      const { items } = (await harness.call('GET', '/replays?limit=5')).body
      expect(items).toMatchObject([{ id: begun.body.id, state: 'done', done: 2, sent: 2 }])
      expect(await harness.call('POST', `/replays/${begun.body.id}/cancel`)).toMatchObject({ status: 409 })
    })

    it('are cancelled, and say what they lack', async () => {
      const id = await harness.register()
      harness.receiver.status = 404
      await harness.happen()
      const { body } = await harness.call('POST', '/deliveries/replay', { since, which: 'failed' })
      expect((await harness.call('POST', `/replays/${body.id}/cancel`)).body).toMatchObject({
        state: 'cancelled',
      })
      await harness.webhooks.drain()
      expect(harness.transport.requests).toHaveLength(1)
      expect(await harness.call('GET', '/replays/rpl_nobody')).toMatchObject({ status: 404 })
      expect(await harness.call('POST', '/deliveries/replay', { since })).toMatchObject({
        status: 400,
        body: { issues: [{ path: 'which' }] },
      })
      await harness.call('POST', `/${id}/pause`, { keep: false })
      const off = { subscriptionId: id, since, which: 'all' }
      expect(await harness.call('POST', '/deliveries/replay', off)).toMatchObject({ status: 409 })
    })
  })
}
