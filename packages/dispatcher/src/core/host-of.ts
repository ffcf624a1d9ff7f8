import { parseUrl } from './parse-url.js'

/** The host of a URL, with its port where that is not the scheme's own; nothing else of it, as paths and queries are often secrets. */
export const hostOf = (url: string): string => parseUrl(url)?.host ?? ''

/** The same with its scheme: `https://hooks.example.com`. */
export const originOf = (url: string): string => parseUrl(url)?.origin ?? ''
