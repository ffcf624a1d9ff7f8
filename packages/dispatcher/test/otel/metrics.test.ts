import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { expect, it, onTestFinished } from 'vitest'
import { COUNTED, GAUGES } from '../../src/core/instruments.js'
import { otelMetrics, type OtelMetricsOptions } from '../../src/otel/index.js'
import { setUp } from '../support.js'

const measured = (options: OtelMetricsOptions = {}) => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meterProvider = new MeterProvider({ readers: [reader] })
  onTestFinished(() => meterProvider.shutdown())
  let status = 200
  const world = setUp({ observer: undefined, respond: () => status })
  const end = otelMetrics(world.webhooks, { meterProvider, ...options })
  const look = async () => {
    exporter.reset()
    await reader.forceFlush()
    const metrics =
      exporter
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? []
    const find = (name: string) => metrics.find(({ descriptor }) => descriptor.name === name)
    const points = (name: string) =>
      (find(name)?.dataPoints ?? []).map(({ attributes, value }) => ({ attributes, value }))
    return { metrics, find, points }
  }
  return { ...world, end, look, answers: (next: number) => (status = next) }
}

/** One delivered after a retry a minute later, one that waits. */
const live = async (world: ReturnType<typeof measured>) => {
  const { webhooks, clock, subscribe, answers } = world
  const { id } = await subscribe({ events: ['order.*'] })
  answers(503)
  await webhooks.dispatch('order.created', { n: 1 })
  await webhooks.drain()
  await clock.advance(60_000)
  answers(200)
  await webhooks.drain()
  answers(404)
  await webhooks.dispatch('order.paid', { n: 2 })
  await webhooks.drain()
  answers(503)
  await webhooks.dispatch('order.paid', { n: 3 })
  await webhooks.drain()
  return id
}

it('attempts, deliveries and their lag are measured in seconds, by what came of them', async () => {
  const world = measured()
  await live(world)
  const { find, points } = await world.look()
  const duration = points('swigs_webhooks.attempt.duration') as {
    attributes: object
    value: { count: number }
  }[]
  expect(duration.map(({ attributes, value }) => [attributes, value.count])).toEqual([
    [{ result: '5xx' }, 2],
    [{ result: '2xx' }, 1],
    [{ result: '4xx' }, 1],
  ])
  expect(find('swigs_webhooks.attempt.duration')?.descriptor).toMatchObject({
    unit: 's',
    advice: { explicitBucketBoundaries: COUNTED.duration.bounds },
  })
  expect(points('swigs_webhooks.delivery.lag')).toMatchObject([
    { attributes: {}, value: { count: 1, sum: 60 } },
  ])
  expect(points('swigs_webhooks.deliveries.delivered')).toEqual([{ attributes: {}, value: 1 }])
  expect(points('swigs_webhooks.deliveries.failed')).toEqual([
    { attributes: { reason: 'rejected' }, value: 1 },
  ])
  expect(points('swigs_webhooks.events.accepted')).toEqual([{ attributes: {}, value: 3 }])
})

it('what waits is looked up when it is asked for, in seconds where it is a time', async () => {
  const world = measured()
  const id = await live(world)
  await world.clock.advance(90_000)
  const { points } = await world.look()
  const now = Object.fromEntries(
    Object.values(GAUGES).map(({ name }) => [name, points(name).map(({ value }) => value)]),
  )
  expect(now).toEqual({
    'swigs_webhooks.deliveries.pending': [1],
    'swigs_webhooks.deliveries.due': [1],
    'swigs_webhooks.deliveries.oldest_due_age': [30],
    'swigs_webhooks.events.pending': [0],
    'swigs_webhooks.attempts.in_flight': [0],
    'swigs_webhooks.lanes.held': [0],
  })
  expect(JSON.stringify(points('swigs_webhooks.attempt.duration'))).not.toContain(id)
})

it('a series for each subscription is there when it is asked for', async () => {
  const world = measured({ bySubscription: true })
  const subscription = await live(world)
  const { points } = await world.look()
  expect(points('swigs_webhooks.deliveries.delivered')).toEqual([{ attributes: { subscription }, value: 1 }])
  expect(points('swigs_webhooks.deliveries.failed')).toEqual([
    { attributes: { reason: 'rejected', subscription }, value: 1 },
  ])
})

it('nothing is measured once it is ended, and a dispatcher that was stopped has nothing to show', async () => {
  const world = measured()
  world.end()
  await live(world)
  expect((await world.look()).metrics).toEqual([])
  const other = measured()
  await other.webhooks.stop()
  expect((await other.look()).points('swigs_webhooks.deliveries.pending')).toEqual([])
})
