/** The longest wait that a receiver may ask for. */
export const MAX_RETRY_AFTER_MS = 3_600_000

const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun),? .*GMT$/

/**
 * Ms to wait as `Retry-After` asks: delay seconds or an HTTP date (RFC 9110, section 10.2.3), between 0 and one hour;
 * `null` when it is absent or unreadable.
 */
export const retryAfterMs = (header: string | null, now: number): number | null => {
  const text = header?.trim() ?? ''
  let wait: number
  if (/^\d+$/.test(text)) wait = Number(text) * 1000
  else if (HTTP_DATE.test(text)) wait = Date.parse(text) - now
  else return null
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), MAX_RETRY_AFTER_MS)
}
