import { parseUrl } from './parse-url.js'

const MOST_KNOWN = 10_000

/** Asked at each attempt, of as many addresses as there are subscriptions; parsing one takes as long as a signature. */
const known = new Map<string, string>()

/** The host of a URL, with its port where that is not the scheme's own; nothing else of it, as paths and queries are often secrets. */
export const hostOf = (url: string): string => {
  let host = known.get(url)
  if (host !== undefined) return host
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(url, (host = parseUrl(url)?.host ?? ''))
  return host
}

/** The same with its scheme: `https://hooks.example.com`. */
export const originOf = (url: string): string => parseUrl(url)?.origin ?? ''
