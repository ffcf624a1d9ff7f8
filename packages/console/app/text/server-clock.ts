/** A `Date` header has whole seconds, and was on its way for a moment: a smaller difference says nothing. */
const GRAIN_MS = 2_000

let aheadMs = 0

/** What a response's `Date` header says of the server's clock (RFC 9110, section 6.6.1): this one may be wrong. */
export const hearServerClock = (date: string | null): void => {
  const difference = date === null ? NaN : Date.now() - new Date(date).getTime()
  if (!Number.isNaN(difference)) aheadMs = Math.abs(difference) > GRAIN_MS ? difference : 0
}

/** Now by the server's clock, epoch ms: what is asked for and told is measured by that. */
export const serverNow = (): number => Date.now() - aheadMs
