import type { DeliveryStatus, Replay, ReplayWhich, Subscription } from '../api/types.js'
import { fromNow, howLong } from './time.js'

const NUMBER = new Intl.NumberFormat('en')

/** A count: `12,345`. */
export const count = (value: number): string => NUMBER.format(value)

/** A count with its noun: `1 delivery`, `3 deliveries`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`

export const deliveries = (value: number): string => counted(value, 'delivery', 'deliveries')

/** A count with its noun, which may be more than was looked at. */
export const deliveriesAtLeast = ({ count: value, atLeast }: { count: number; atLeast: boolean }): string =>
  `${atLeast ? 'at least ' : ''}${deliveries(value)}`

/** Bytes, roughly. */
export const bytes = (value: number): string =>
  value < 1_024
    ? counted(value, 'byte')
    : value < 1_048_576
      ? `${Math.round(value / 1_024)} kB`
      : `${(value / 1_048_576).toFixed(1)} MB`

/** How something stands, beside a colour. */
export type Tone = 'good' | 'bad' | 'wait' | 'off'

export const STATUS: Readonly<Record<DeliveryStatus, { readonly text: string; readonly tone: Tone }>> = {
  pending: { text: 'Waiting', tone: 'wait' },
  delivered: { text: 'Delivered', tone: 'good' },
  failed: { text: 'Given up', tone: 'bad' },
  cancelled: { text: 'Cancelled', tone: 'off' },
}

const REASONS: Readonly<Record<string, string>> = {
  retries_exhausted: 'Every attempt failed',
  rejected: 'The receiver will not take it',
  gone: 'The receiver is gone (410)',
  blocked_address: 'The address may not be reached',
  test_failed: 'A test that failed',
  cancelled: 'Cancelled by hand',
  subscription_removed: 'Its endpoint was removed',
  subscription_off: 'Its endpoint is off',
  expired: 'Waited too long',
  poison: 'A fault on our side',
  event_missing: 'Its event is not stored any more',
}

/** Why something was given up, to choose from. */
export const REASON_CHOICES = Object.entries(REASONS).filter(
  ([key]) => !['cancelled', 'subscription_removed', 'subscription_off', 'event_missing'].includes(key),
)

/** Why a delivery ended, in words. */
export const reason = (given: string | null): string =>
  given === null ? '' : (REASONS[given] ?? given.replaceAll('_', ' '))

const CLASSES: Readonly<Record<string, string>> = {
  http: 'refused',
  dns: 'name not found',
  connect: 'no connection',
  tls: 'TLS',
  reset: 'connection cut',
  timeout: 'too slow',
  invalid_response: 'not HTTP',
  blocked_address: 'address refused',
  internal: 'our fault',
}

/** A class of failed attempts, in words. */
export const failureClass = (given: string): string => CLASSES[given] ?? given.replaceAll('_', ' ')

const OFF: Readonly<Record<string, string>> = {
  gone: 'Off: its receiver is gone',
  failing: 'Off: it failed for too long',
}

/** How an endpoint stands. */
export const stateOf = (endpoint: Subscription): { readonly text: string; readonly tone: Tone } => {
  const { state, inactiveReason, pausedAt, pausedBy, health } = endpoint
  if (state === 'off') {
    const text = OFF[inactiveReason ?? '']
    return { text: text ?? 'Off', tone: text === undefined ? 'off' : 'bad' }
  }
  if (state === 'paused') {
    const since = pausedAt === null ? '' : ` ${fromNow(pausedAt)}`
    return { text: `Paused${since}${pausedBy === null ? '' : ` by ${pausedBy}`}`, tone: 'wait' }
  }
  const since = health.failingSince
  return since === null
    ? { text: 'On', tone: 'good' }
    : { text: `Failing for ${howLong(since)}`, tone: 'bad' }
}

/** How many of those that ended were delivered. */
export const successRate = (delivered: number, failed: number): string => {
  const all = delivered + failed
  if (all === 0) return 'Nothing sent yet'
  const share = (delivered / all) * 100
  return `${share === 100 || share === 0 ? share : Math.min(99.9, Math.max(0.1, share)).toFixed(1)} %`
}

/** The host of an address, as tables have it. */
export const hostOf = (url: string): string => {
  try {
    return new URL(url).host
  } catch {
    return url
  }
}

/** A limit in words. */
export const limitText = (limit: Subscription['rateLimit']): string => {
  if (limit === null) return "The app's own"
  if (limit === false) return 'None'
  const { windowMs } = limit
  const every =
    windowMs === 60_000
      ? 'minute'
      : windowMs === 1_000
        ? 'second'
        : windowMs === 3_600_000
          ? 'hour'
          : `${count(windowMs / 1_000)} s`
  return `${count(limit.limit)} in any ${every}`
}

export const REPLAY_STATE: Readonly<Record<Replay['state'], { readonly text: string; readonly tone: Tone }>> =
  {
    running: { text: 'Running', tone: 'wait' },
    done: { text: 'Done', tone: 'good' },
    cancelled: { text: 'Stopped', tone: 'off' },
  }

export const REPLAY_WHICH: Readonly<Record<ReplayWhich, string>> = {
  failed: 'What was given up',
  missing: 'What was never made for it',
  all: 'Everything',
}
