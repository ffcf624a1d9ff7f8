import { lookup } from 'node:dns/promises'
import { domainToUnicode } from 'node:url'
import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import ipaddr from 'ipaddr.js'
import { LRUCache } from 'lru-cache'
import {
  NAMED_IPV6,
  NON_PUBLIC_IPV4,
  NON_PUBLIC_IPV6,
  PUBLIC_IPV6,
  refuseUrl,
  type AddressRange,
} from '../core/address-guard.js'
import { parseUrl } from '../core/parse-url.js'
import { specialUseOf } from '../core/special-use-names.js'
import type { AddressGuard, GuardVerdict, ResolvedAddress } from '../ports/address-guard.js'

/** What the guard lets through beside public https. */
export interface AddressGuardOptions {
  readonly allowHttp?: boolean | undefined
  /** CIDR ranges or single addresses. */
  readonly allow?: readonly string[] | undefined
  /**
   * Replaces DNS. What it throws, or answers beside addresses, counts as a name without an address just now. Whoever answers
   * for names by himself also answers for those that are for testing (`.test`, `.example`).
   */
  readonly resolve?: ((hostname: string) => Promise<readonly ResolvedAddress[]>) | undefined
  /** How long what was said of a name is kept, found or not, ms; 0: not at all. Default 5_000. */
  readonly cacheMs?: number | undefined
  /** How long one question may take before the name counts as one without an address, ms. Default 30_000. */
  readonly resolveTimeoutMs?: number | undefined
}

type Address = ReturnType<typeof ipaddr.parse>
type UrlVerdict = ReturnType<AddressGuard['inspect']>
type Cidr = readonly [Address, number]

const parsed = (ranges: readonly AddressRange[]) =>
  ranges.map(({ cidr, why }) => ({ cidr: ipaddr.parseCIDR(cidr), why }))

const IPV4 = parsed(NON_PUBLIC_IPV4)
const IPV6 = parsed(NON_PUBLIC_IPV6)
const NAMED = parsed(NAMED_IPV6)
const GLOBAL_UNICAST = ipaddr.parseCIDR(PUBLIC_IPV6)

/**
 * The address guard, on ipaddr.js. A name is resolved once for callers that ask together, however long that takes, and
 * the answer is kept for `cacheMs`: one dead name cannot occupy the four threads that the system's resolver has.
 * `allow` opens exactly what it spells out: an IPv4 range does not open the IPv6 addresses that IPv4 is written into.
 * @throws InvalidOptionsError naming the entry of `network.allow` that is no range.
 */
export const ipaddrGuard = (options: AddressGuardOptions = {}): AddressGuard => {
  const { allowHttp = false, resolve = systemResolve, cacheMs = 5_000, resolveTimeoutMs = 30_000 } = options
  const allowed = (options.allow ?? []).map(parseAllowed)
  const verdicts = new LRUCache<string, GuardVerdict>({ max: 1_000, ttl: cacheMs })
  const asking = new Map<string, Promise<GuardVerdict>>()

  const refuseAddress = (text: string): string | null => {
    if (!isPlainAddress(text)) return `${JSON.stringify(text)} is not an address`
    const address = ipaddr.parse(text)
    if (allowed.some((cidr) => inside(address, cidr))) return null
    const why = whyNotPublic(address)
    return why && `The address ${text} is not public: ${why}; network.allow can open a range`
  }

  const opensLoopback = LOOPBACK.some((address) => allowed.some((cidr) => inside(address, cidr)))

  const refuseName = (hostname: string): string | null => {
    const use = specialUseOf(hostname)
    if (use === 'loopback' && !opensLoopback)
      return `${hostname} is this machine itself (RFC 6761); network.allow can open 127.0.0.0/8`
    // Whoever opens a range of his own network means the names in it too.
    if (use === 'private' && allowed.length === 0)
      return `${hostname} is a name of a private network (RFC 6762, RFC 8375); network.allow can open its range`
    if (use === 'nowhere') return `${hostname} has no address in DNS, by RFC 6761, 7686 or 9476`
    if (use === 'testing' && options.resolve === undefined)
      return `${hostname} is reserved for testing (RFC 6761); network.resolve can answer for it`
    return null
  }

  const judge = async (hostname: string): Promise<GuardVerdict> => {
    let addresses: readonly ResolvedAddress[]
    try {
      addresses = await withDeadline(resolve(hostname), resolveTimeoutMs)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'lookup failed'
      return { kind: 'unresolved', reason: `The host name does not resolve (${code})` }
    }
    if (!isAddressList(addresses))
      return { kind: 'unresolved', reason: 'The resolver answered no list of { address, family }' }
    if (addresses.length === 0) return { kind: 'unresolved', reason: 'The host name has no address' }
    for (const { address } of addresses) {
      const reason = refuseAddress(address)
      if (reason !== null) return { kind: 'refused', reason }
    }
    return { kind: 'allowed', addresses }
  }

  const ask = async (hostname: string): Promise<GuardVerdict> => {
    try {
      const verdict = await judge(hostname)
      if (cacheMs > 0) verdicts.set(hostname, verdict)
      return verdict
    } finally {
      asking.delete(hostname)
    }
  }

  const inspect = (text: string): UrlVerdict => {
    const url = parseUrl(text)
    if (url === null) return { kind: 'refused', reason: 'Not a URL' }
    const literal = literalOf(url.hostname)
    const readable = domainToUnicode(url.hostname)
    const reason =
      (literal === null ? refuseName(url.hostname) : refuseAddress(literal)) ??
      refuseUrl(url, text, readable, allowHttp)
    return reason === null ? { kind: 'ok' } : { kind: 'refused', reason }
  }

  // The form of a URL never changes what is said of it, and every delivery asks.
  const inspected = new LRUCache<string, UrlVerdict>({ max: 10_000 })

  return {
    inspect: (text) => {
      let verdict = inspected.get(text)
      if (!verdict) inspected.set(text, (verdict = inspect(text)))
      return verdict
    },
    resolve: async (hostname) => {
      const literal = literalOf(hostname)
      if (literal !== null) {
        const reason = refuseAddress(literal)
        if (reason !== null) return { kind: 'refused', reason }
        return { kind: 'allowed', addresses: [{ address: literal, family: literal.includes(':') ? 6 : 4 }] }
      }
      const known = verdicts.get(hostname)
      if (known) return known
      let answer = asking.get(hostname)
      if (!answer) asking.set(hostname, (answer = ask(hostname)))
      return answer
    },
  }
}

const LOOPBACK = ['127.0.0.1', '::1'].map((text) => ipaddr.parse(text))

const isAddressList = (answer: unknown): answer is readonly ResolvedAddress[] =>
  Array.isArray(answer) &&
  answer.every((one: unknown) => {
    const { address, family } = (one ?? {}) as Partial<ResolvedAddress>
    return typeof address === 'string' && (family === 4 || family === 6)
  })

/** A question that is never answered must not stand in the way of the next one. */
const withDeadline = async <T>(answer: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error('No answer'), { code: 'ETIMEOUT' })), ms)
    // Nothing waits for it that would not end by itself.
    timer.unref()
  })
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}

const systemResolve = async (hostname: string): Promise<ResolvedAddress[]> => {
  const found = await lookup(hostname, { all: true, verbatim: true })
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}

/** The address that a URL's host name spells out; the URL parser has made decimal, octal, hex and short forms plain. */
const literalOf = (hostname: string): string | null => {
  const bare = hostname.startsWith('[') && hostname.endsWith(']') ? hostname.slice(1, -1) : hostname
  const isIpv4 = ipaddr.IPv4.isValidFourPartDecimal(bare)
  return isIpv4 || bare.includes(':') ? bare : null
}

const inside = (address: Address, [range, bits]: Cidr): boolean =>
  address.kind() === range.kind() && address.match([range, bits] as never)

const whyNotPublic = (address: Address): string | null => {
  if (address.kind() === 'ipv4') return IPV4.find(({ cidr }) => inside(address, cidr))?.why ?? null
  const special = IPV6.find(({ cidr }) => inside(address, cidr))
  if (special) return special.why
  if (inside(address, GLOBAL_UNICAST)) return null
  return NAMED.find(({ cidr }) => inside(address, cidr))?.why ?? 'not global unicast'
}

/** An address in its usual form. ipaddr.js also reads `10`, `010.0.0.1` and zones, which mean other things elsewhere. */
const isPlainAddress = (text: string): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes('%'))

const parseAllowed = (text: string, index: number): Cidr => {
  const isRange = ipaddr.IPv4.isValidCIDRFourPartDecimal(text) || ipaddr.IPv6.isValidCIDR(text)
  if (isRange && !text.includes('%')) return ipaddr.parseCIDR(text)
  if (isPlainAddress(text)) {
    const address = ipaddr.parse(text)
    return [address, address.kind() === 'ipv4' ? 32 : 128]
  }
  const message = `Expected a CIDR range like 10.0.0.0/8 or an address, got ${JSON.stringify(text)}`
  const path = `network.allow[${index}]`
  throw new InvalidOptionsError(`${path}: ${message}.`, { issues: [{ path, message }] })
}
