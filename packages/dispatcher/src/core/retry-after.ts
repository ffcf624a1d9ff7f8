/** The longest wait that a receiver may ask for. */
export const MAX_RETRY_AFTER_MS = 3_600_000

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const TIME = '(?<time>\\d{2}:\\d{2}:\\d{2})'
const ZONE = '(?:gmt|utc|\\+0000)'

/** The three forms of an HTTP-date that a recipient must accept (RFC 9110, section 5.6.7). */
const HTTP_DATES = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  `[a-z]{3}, ?(?<day>\\d{1,2})[ -](?<month>[a-z]{3})[ -](?<year>\\d{4}) ${TIME} ${ZONE}`,
  // rfc850-date: Sunday, 06-Nov-94 08:49:37 GMT
  `[a-z]{6,9}, ?(?<day>\\d{1,2})-(?<month>[a-z]{3})-(?<year>\\d{2}) ${TIME} ${ZONE}`,
  // asctime-date: Sun Nov  6 08:49:37 1994
  `[a-z]{3} (?<month>[a-z]{3}) {1,2}(?<day>\\d{1,2}) ${TIME} (?<year>\\d{4})`,
].map((form) => new RegExp(`^${form}$`, 'i'))

/**
 * Ms to wait as `Retry-After` asks (RFC 9110, section 10.2.3): delay seconds, or an HTTP date in any of its three forms.
 * 0 for a date that is past; as much as was asked for, however absurd; `null` when it is absent or unreadable.
 */
export const retryAfterMs = (header: string | null, now: number): number | null => {
  const text = header?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : dateOf(text, now) - now
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), Number.MAX_SAFE_INTEGER)
}

const dateOf = (text: string, now: number): number => {
  const groups = HTTP_DATES.map((form) => form.exec(text)?.groups).find((found) => found !== undefined)
  if (!groups) return NaN
  const { day = '', month = '', year = '', time = '' } = groups
  const [hours = NaN, minutes = NaN, seconds = NaN] = time.split(':').map(Number)
  const monthIndex = MONTHS.indexOf(month.toLowerCase())
  // A second may be the 60th: a leap second.
  if (monthIndex < 0 || Number(day) > 31 || hours > 23 || minutes > 59 || seconds > 60) return NaN
  const inYear = (full: number) => Date.UTC(full, monthIndex, Number(day), hours, minutes, seconds)
  if (year.length === 4) return inYear(Number(year))
  // Two digits that appear to be more than 50 years in the future mean the past (RFC 9110, section 5.6.7).
  const thisYear = new Date(now).getUTCFullYear()
  const full = Math.floor(thisYear / 100) * 100 + Number(year)
  return inYear(full > thisYear + 50 ? full - 100 : full)
}
