import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { setUp, SECRET } from '../support.js'

describe('nothing listed, logged or thrown', () => {
  it('contains a secret or a payload', async () => {
    const lines: unknown[] = []
    const note = (fields: object, text: string) => void lines.push(fields, text)
    const { webhooks, subscribe, observed, clock } = setUp({
      logger: { info: note, warn: note, error: note },
      respond: (_request, index) => {
        if (index === 1) throw new Error('a transport that breaks')
        return [500, 200, 410, 404][index % 4] ?? 200
      },
    })
    const { id } = await subscribe({ headers: { Authorization: 'Bearer HEADERCANARY' } })
    const errors: unknown[] = []
    const attempt = (work: Promise<unknown>) => work.catch((error: unknown) => errors.push(error))
    for (let index = 0; index < 4; index += 1) {
      await webhooks.dispatch('order.created', { text: 'PAYLOADCANARY' })
      await webhooks.drain()
      await clock.advance(10_000)
    }
    await attempt(webhooks.dispatch('Bad Type', { text: 'PAYLOADCANARY' }))
    await attempt(webhooks.dispatch('a', { text: 'PAYLOADCANARY', big: 1n }))
    await attempt(webhooks.dispatch('a', { text: 'PAYLOADCANARY'.repeat(30_000) }))
    await attempt(subscribe({ appSecret: 'SHORTCANARY' }))
    await attempt(subscribe({ appSecret: `whsec_SHORTCANARY!` }))
    await attempt(subscribe({ headers: { 'x-a': 'HEADERCANARY\n' } }))
    await attempt(webhooks.subscriptions.update(id, { appSecret: 'SHORTCANARY' }))
    expect(errors).toHaveLength(7)
    const listed = [
      await webhooks.subscriptions.list(),
      await webhooks.subscriptions.get(id),
      await webhooks.deliveries.list(),
      await webhooks.subscriptions.update(id, { description: 'x', isActive: true }),
      await webhooks.stats(),
      webhooks,
    ]
    const text = inspect([lines, errors, observed, listed], {
      depth: 12,
      maxArrayLength: null,
      maxStringLength: null,
    })
    expect(lines.length).toBeGreaterThan(0)
    expect(text).not.toContain(SECRET)
    expect(text).not.toMatch(/CANARY/)
  })
})
