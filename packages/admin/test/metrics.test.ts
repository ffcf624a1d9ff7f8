import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { memoryStorage, type Metric } from '@swigs/webhooks-dispatcher'
import express, { type RequestHandler } from 'express'
import { getMetricsFromIterator } from 'prom2javascript'
import { describe, expect, it, onTestFinished } from 'vitest'
import { adminRouter } from '../src/express.js'
import { adminHandler } from '../src/fetch.js'
import { createAdminClient } from '../src/index.js'
import { prometheusText } from '../src/prometheus.js'
import { customer, dispatcherOn, registration } from './support.js'

interface Family {
  readonly type: string
  readonly help: string
  readonly data: readonly {
    readonly labels?: Readonly<Record<string, string>>
    readonly value?: number
    readonly buckets?: Readonly<Record<string, number>>
    readonly count?: number
    readonly sum?: number
  }[]
}

const parse = async (text: string) =>
  (await getMetricsFromIterator(text.trimEnd().split('\n').values())) as unknown as Record<string, Family>

/** The line grammar of the format: HELP and TYPE once each before the samples of a name, and nothing else. */
const LINE =
  /^(# HELP [a-zA-Z_:][a-zA-Z0-9_:]* (\\\\|\\n|[^\\\n])*|# TYPE [a-zA-Z_:][a-zA-Z0-9_:]* (counter|gauge|histogram)|[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="(\\\\|\\n|\\"|[^\\"\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="(\\\\|\\n|\\"|[^\\"\n])*")*\})? (\+Inf|-?[0-9.]+(e[+-]?[0-9]+)?))$/

const live = async () => {
  const world = dispatcherOn(memoryStorage())
  onTestFinished(() => world.webhooks.stop())
  const handle = adminHandler(world.webhooks, { authorize: 'none' })
  const scrape = async (query = '') => {
    const response = await handle(new Request(`http://localhost/metrics${query}`))
    expect(response.status).toBe(200)
    return response.text()
  }
  await scrape()
  await scrape('?bySubscription=true')
  for (const appName of ['one', 'two'])
    await world.webhooks.subscriptions.create({ ...registration, appName })
  for (const status of [200, 503, 404, 200]) {
    world.receiver.status = status
    await world.webhooks.dispatch('customer.created', customer)
    await world.webhooks.drain()
  }
  await world.clock.advance(60_000)
  await world.webhooks.drain()
  return { ...world, scrape }
}

describe('GET /metrics', () => {
  it.each(['', '?bySubscription=true'])('is what Prometheus reads, line by line %s', async (query) => {
    const { scrape } = await live()
    const text = await scrape(query)
    expect(text.endsWith('\n')).toBe(true)
    const lines = text.slice(0, -1).split('\n')
    expect(lines.filter((line) => !LINE.test(line))).toEqual([])
    const families = lines.flatMap((line) => /^# HELP (\w+)/.exec(line)?.[1] ?? [])
    expect(new Set(families).size).toBe(families.length)
    let current = ''
    for (const [index, line] of lines.entries()) {
      const [, help] = /^# HELP (\w+)/.exec(line) ?? []
      if (help) expect(lines[index + 1]).toMatch(new RegExp(`^# TYPE ${help} `))
      current = help ?? current
      if (!line.startsWith('#')) expect(line.startsWith(current)).toBe(true)
    }
    const samples = lines
      .filter((line) => !line.startsWith('#'))
      .map((line) => line.slice(0, line.lastIndexOf(' ')))
    expect(new Set(samples).size).toBe(samples.length)
  })

  it('tells a parser of each metric what it is, and what it says', async () => {
    const { scrape } = await live()
    const families = await parse(await scrape())
    const of = (name: string) => families[`swigs_webhooks_${name}`]
    expect(Object.keys(families).length).toBeGreaterThan(9)
    for (const [name, { help, type, data }] of Object.entries(families)) {
      expect(help.length, name).toBeGreaterThan(10)
      expect(name.endsWith('_total'), name).toBe(type === 'counter')
      expect(data.length, name).toBeGreaterThan(0)
    }
    expect(of('events_accepted_total')).toMatchObject({ type: 'counter', data: [{ value: 4 }] })
    expect(of('deliveries_delivered_total')).toMatchObject({ data: [{ value: 6 }] })
    expect(of('deliveries_failed_total')?.data).toEqual([{ value: 2, labels: { reason: 'rejected' } }])
    expect(of('deliveries_pending')).toMatchObject({ type: 'gauge', data: [{ value: 0 }] })
    expect(of('attempt_duration_seconds')?.data.map(({ labels, count }) => [labels, count])).toEqual([
      [{ result: '2xx' }, 6],
      [{ result: '5xx' }, 2],
      [{ result: '4xx' }, 2],
    ])
    expect(of('delivery_lag_seconds')?.data).toMatchObject([{ count: 6, sum: 120 }])
  })

  it('has histograms whose buckets grow, up to +Inf, which is their count', async () => {
    const { scrape } = await live()
    let looked = 0
    for (const query of ['', '?bySubscription=true'])
      for (const { type, data } of Object.values(await parse(await scrape(query))))
        for (const { buckets = {}, count, sum = -1 } of type === 'histogram' ? data : []) {
          const inOrder = Object.entries(buckets).toSorted(([a], [b]) => limit(a) - limit(b))
          const counts = inOrder.map(([, inside]) => inside)
          expect(inOrder.at(-1)?.[0]).toBe('+Inf')
          expect(counts).toEqual(counts.toSorted((a, b) => a - b))
          expect(counts.at(-1)).toBe(count)
          expect(sum).toBeGreaterThanOrEqual(0)
          looked += 1
        }
    expect(looked).toBeGreaterThan(6)
  })

  it('has a series for each subscription where it was asked for, and none otherwise', async () => {
    const { scrape, webhooks } = await live()
    const { items } = await webhooks.subscriptions.list()
    const labels = async (query?: string) =>
      Object.values(await parse(await scrape(query))).flatMap(({ data }) =>
        data.flatMap((one) => one.labels?.['subscription'] ?? []),
      )
    expect(await labels()).toEqual([])
    expect([...new Set(await labels('?bySubscription=true'))].toSorted()).toEqual(
      items.map(({ id }) => id).toSorted(),
    )
  })

  it('tells nothing of a payload, an address or a secret', async () => {
    const { scrape } = await live()
    const text = `${await scrape()}${await scrape('?bySubscription=true')}`
    for (const planted of [customer.email, 'workflow.swigs.online', registration.appSecret])
      expect(text).not.toContain(planted)
  })

  it('costs a dispatcher nothing until somebody has asked for it', async () => {
    const { webhooks } = dispatcherOn(memoryStorage())
    onTestFinished(() => webhooks.stop())
    let meters = 0
    const counting = { ...webhooks, meter: () => (meters++, webhooks.meter()) }
    const handle = adminHandler(counting, { authorize: 'none' })
    await handle(new Request('http://localhost/stats'))
    expect(meters).toBe(0)
    for (let scrape = 0; scrape < 3; scrape += 1) await handle(new Request('http://localhost/metrics'))
    expect(meters).toBe(1)
  })

  it('is text to the client too', async () => {
    const { webhooks } = dispatcherOn(memoryStorage())
    onTestFinished(() => webhooks.stop())
    const handle = adminHandler(webhooks, { authorize: 'none' })
    const { fetch } = globalThis
    globalThis.fetch = async (input, init) => handle(new Request(input, init))
    onTestFinished(() => void (globalThis.fetch = fetch))
    const admin = createAdminClient({ baseUrl: 'http://localhost' })
    expect(await admin.getPrometheusMetrics({ bySubscription: true })).toContain(
      '# TYPE swigs_webhooks_lanes_held gauge\n',
    )
  })
})

const limit = (bound: string): number => (bound === '+Inf' ? Infinity : Number(bound))

it('labels and descriptions are escaped, and numbers written as Prometheus reads them', () => {
  const metric: Metric = {
    name: 'x.y',
    kind: 'gauge',
    unit: 's',
    description: 'a \\ and a\nline',
    bounds: [],
    values: [
      { labels: { text: 'quoted "\\" and\nbroken' }, value: 1e21 },
      { labels: {}, value: 5e-7 },
    ],
    histograms: [],
  }
  expect(prometheusText([metric])).toBe(
    '# HELP x_y_seconds a \\\\ and a\\nline\n# TYPE x_y_seconds gauge\n' +
      'x_y_seconds{text="quoted \\"\\\\\\" and\\nbroken"} 1e+21\nx_y_seconds 5e-7\n',
  )
})

describe('the Grafana dashboard', () => {
  const text = readFileSync(new URL('../../../docs/grafana-dashboard.json', import.meta.url), 'utf8')

  it('asks for nothing that the endpoint does not have, and shows all that it has', async () => {
    const { scrape } = await live()
    const there = new Set(
      (await scrape())
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => /^\w+/.exec(line)?.[0] ?? ''),
    )
    const asked = new Set(text.match(/swigs_webhooks_\w+/g))
    expect(asked.size).toBeGreaterThan(8)
    expect([...asked].filter((name) => !there.has(name))).toEqual([])
    const familyOf = (name: string) => name.replace(/_(bucket|sum|count)$/, '')
    const shown = new Set([...asked].map(familyOf))
    expect([...there].filter((name) => !shown.has(familyOf(name)))).toEqual([])
  })

  it('sets series apart by labels that are there', async () => {
    const { scrape } = await live()
    const labels = new Set((await scrape()).match(/\b\w+(?==")/g))
    const used = [...text.matchAll(/by \((\w+)\)|\{\{(\w+)\}\}/g)].map(([, by, legend]) => by ?? legend ?? '')
    // Which every scraper adds.
    const known = new Set([...labels, 'instance', 'job'])
    expect(used.length).toBeGreaterThan(4)
    expect(used.filter((label) => !known.has(label))).toEqual([])
  })

  it('is JSON whose panels have a place, a unit and a query each', () => {
    const { panels } = JSON.parse(text) as {
      panels: { gridPos: object; fieldConfig: { defaults: { unit: string } }; targets: { expr: string }[] }[]
    }
    for (const { gridPos, fieldConfig, targets } of panels) {
      expect(Object.keys(gridPos)).toEqual(['x', 'y', 'w', 'h'])
      expect(fieldConfig.defaults.unit).not.toBe('')
      expect(targets.every(({ expr }) => expr.includes('swigs_webhooks_'))).toBe(true)
    }
  })
})

describe('a scraper of GET /metrics', () => {
  it('is let in by its token, and to that route alone, where a guard says so', async () => {
    const { webhooks } = dispatcherOn(memoryStorage())
    onTestFinished(() => webhooks.stop())
    const scraperOr =
      (guard: RequestHandler): RequestHandler =>
      (request, response, next) => {
        const scrapes = request.method === 'GET' && request.path === '/metrics'
        if (scrapes && request.headers.authorization === 'Bearer scrape') next()
        else guard(request, response, next)
      }
    const protect: RequestHandler = (_request, response) => void response.status(401).end()
    const app = express().use('/api/webhooks', adminRouter(webhooks, { guards: [scraperOr(protect)] }))
    const server = app.listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const status = async (path: string, authorization = 'Bearer scrape', method = 'GET') => {
      const headers = { authorization, connection: 'close' }
      return (await fetch(`http://127.0.0.1:${port}/api/webhooks${path}`, { method, headers })).status
    }
    expect(await status('/metrics')).toBe(200)
    expect(await status('/metrics?bySubscription=true')).toBe(200)
    expect(await status('/metrics', 'Bearer other')).toBe(401)
    expect(await status('/stats')).toBe(401)
    expect(await status('/')).toBe(401)
    expect(await status('/metrics', 'Bearer scrape', 'POST')).toBe(401)
  })
})
