import { expect, it } from 'vitest'
import type { Harness } from './harness.js'

interface Point {
  readonly at: string
  readonly attempts: number
}

const sent = (points: readonly Point[]): Point[] => points.filter(({ attempts }) => attempts > 0)

export const describeMetrics = (harness: Harness): void => {
  it('shows what came of the attempts of one subscription, and of all together, by time', async () => {
    const id = await harness.register()
    await harness.happen()
    await harness.clock.advance(60_000)
    harness.receiver.status = 503
    await harness.register()
    await harness.happen()
    const since = '2026-02-01T09:59:30Z'
    const one = await harness.call('GET', `/${id}/metrics?since=${since}&until=2026-02-01T10:01:30Z`)
    expect(one.status).toBe(200)
    expect(one.body).toMatchObject({
      since: '2026-02-01T09:59:00.000Z',
      until: '2026-02-01T10:02:00.000Z',
      step: 'minute',
    })
    expect((one.body.points as Point[]).map(({ attempts }) => attempts)).toEqual([0, 1, 1])
    const all = await harness.call('GET', `/stats/metrics?since=${since}&step=hour`)
    expect(sent(all.body.points as Point[])).toMatchObject([
      { at: '2026-02-01T10:00:00.000Z', attempts: 3, delivered: 1, failed: 2, failedBy: { http: 2, dns: 0 } },
    ])
    const unasked = await harness.call('GET', '/stats/metrics?until=2026-02-01T11:00:00Z')
    expect(unasked.body.points).toHaveLength(60)
  })

  it('refuses a time that cannot be shown with the field at fault and the way out', async () => {
    const id = await harness.register()
    for (const [query, path, message] of [
      ['since=2026-01-31T00:00:00Z', 'since', /2041 of step minute.*hour or day/],
      ['since=2025-01-01T00:00:00Z&until=2025-01-01T01:00:00Z', 'since', /Minutes are kept for 48 hours/],
      ['since=2026-02-01T11:00:00Z', 'until', /after since/],
      ['step=week', 'step', /./],
      ['since=lately', 'since', /./],
    ] as const)
      for (const where of [`/${id}/metrics`, '/stats/metrics']) {
        const { status, body } = await harness.call('GET', `${where}?${query}`)
        expect([status, body.issues], query).toMatchObject([
          400,
          [{ path, message: expect.stringMatching(message) }],
        ])
      }
  })
}
