import { serverNow } from './server-clock.js'

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const

/** A length of time, roughly: `2 h`, `45 s`, `120 ms`. */
export const duration = (ms: number): string => {
  const [size, unit] = UNITS.find(([unitMs]) => ms >= unitMs) ?? [1, 'ms']
  const value = ms / size
  return `${value < 10 && unit !== 'ms' && unit !== 's' ? trim(value) : Math.round(value)} ${unit}`
}

const trim = (value: number): string => value.toFixed(1).replace('.0', '')

/** When that was or will be: `2 h ago`, `in 5 min`. */
export const fromNow = (instant: string | number, now = serverNow()): string => {
  const ms = new Date(instant).getTime() - now
  if (Math.abs(ms) < 1_000) return 'just now'
  return ms < 0 ? `${duration(-ms)} ago` : `in ${duration(ms)}`
}

/** For how long something has been so: `2 h`. */
export const howLong = (since: string, now = serverNow()): string =>
  duration(Math.max(0, now - new Date(since).getTime()))

const FULL = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})
const SHORT = new Intl.DateTimeFormat(undefined, {
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
})

/** An instant in the reader's own time. */
export const fullTime = (instant: string | number): string => FULL.format(new Date(instant))
export const shortTime = (instant: string | number): string => SHORT.format(new Date(instant))

/** What `<input type="datetime-local">` has, of an instant. */
export const toLocalInput = (instant: string): string => {
  const at = new Date(instant)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

/** The instant that such an input has. */
export const fromLocalInput = (text: string): string => {
  const at = new Date(text)
  return Number.isNaN(at.getTime()) ? '' : at.toISOString()
}
