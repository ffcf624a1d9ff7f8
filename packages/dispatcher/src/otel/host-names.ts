import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import { parseUrl } from '../core/parse-url.js'

/**
 * Tells which hosts are meant by names and patterns: `hooks.example.com` is that name alone, `*.example.com` every name below it.
 * @throws InvalidOptionsError naming the one that is neither.
 */
export const hostMatcher = (patterns: readonly string[]): ((hostname: string) => boolean) => {
  const exact = new Set<string>()
  const below: string[] = []
  for (const [index, pattern] of patterns.entries()) {
    const isBelow = typeof pattern === 'string' && pattern.startsWith('*.')
    const name = hostname(isBelow ? pattern.slice(2) : pattern)
    if (name === null) throw refusal(index)
    if (isBelow) below.push(`.${name}`)
    else exact.add(name)
  }
  return (host) => exact.has(host) || below.some((end) => host.endsWith(end))
}

/** As URLs have it: lower case, punycode; `null` for what is not a host name alone. */
const hostname = (text: unknown): string | null => {
  if (typeof text !== 'string' || !/^[^\s/?#@*\\]+$/.test(text)) return null
  const hasPort = /:\d*$/.test(text.replace(/^\[.*\]/, ''))
  return hasPort ? null : (parseUrl(`https://${text}`)?.hostname ?? null)
}

const refusal = (index: number) => {
  const path = `propagateTo.${index}`
  const message = 'Expected the name of a host, or *.example.com for every name below one'
  return new InvalidOptionsError(`otelTracing: ${path}: ${message}.`, { issues: [{ path, message }] })
}
