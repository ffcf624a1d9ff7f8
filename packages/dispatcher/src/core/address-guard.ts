/** A range of addresses that are not public, and why. */
export interface AddressRange {
  readonly cidr: string
  readonly why: string
}

/**
 * IPv4 addresses that no webhook may reach. Source: IANA IPv4 Special-Purpose Address Registry; RFCs beside each.
 */
export const NON_PUBLIC_IPV4: readonly AddressRange[] = [
  { cidr: '0.0.0.0/8', why: 'this network (RFC 791)' },
  { cidr: '10.0.0.0/8', why: 'private (RFC 1918)' },
  { cidr: '100.64.0.0/10', why: 'carrier-grade NAT (RFC 6598)' },
  { cidr: '127.0.0.0/8', why: 'loopback (RFC 1122)' },
  { cidr: '169.254.0.0/16', why: 'link-local and cloud metadata (RFC 3927)' },
  { cidr: '172.16.0.0/12', why: 'private (RFC 1918)' },
  { cidr: '192.0.0.0/24', why: 'protocol assignments (RFC 6890)' },
  { cidr: '192.0.2.0/24', why: 'documentation (RFC 5737)' },
  { cidr: '192.88.99.0/24', why: '6to4 relay anycast (RFC 7526)' },
  { cidr: '192.168.0.0/16', why: 'private (RFC 1918)' },
  { cidr: '198.18.0.0/15', why: 'benchmarking (RFC 2544)' },
  { cidr: '198.51.100.0/24', why: 'documentation (RFC 5737)' },
  { cidr: '203.0.113.0/24', why: 'documentation (RFC 5737)' },
  { cidr: '224.0.0.0/4', why: 'multicast (RFC 5771)' },
  { cidr: '240.0.0.0/4', why: 'reserved and broadcast (RFC 1112)' },
]

/** The only IPv6 addresses that are public: global unicast (RFC 4291), less the ranges below. */
export const PUBLIC_IPV6 = '2000::/3'

/** Global unicast that is not public. Source: IANA IPv6 Special-Purpose Address Registry. */
export const NON_PUBLIC_IPV6: readonly AddressRange[] = [
  { cidr: '2001::/23', why: 'protocol assignments and Teredo (RFC 2928, RFC 4380)' },
  { cidr: '2001:db8::/32', why: 'documentation (RFC 3849)' },
  { cidr: '2002::/16', why: '6to4 (RFC 3056)' },
  { cidr: '3fff::/20', why: 'documentation (RFC 9637)' },
]

/** Ranges outside of global unicast, by name, for the message alone: they are refused either way. */
export const NAMED_IPV6: readonly AddressRange[] = [
  { cidr: '::/128', why: 'unspecified (RFC 4291)' },
  { cidr: '::1/128', why: 'loopback (RFC 4291)' },
  { cidr: '::/96', why: 'IPv4-compatible (RFC 4291)' },
  { cidr: '::ffff:0:0/96', why: 'IPv4 in IPv6 (RFC 4291)' },
  { cidr: '64:ff9b::/96', why: 'NAT64 (RFC 6052)' },
  { cidr: '64:ff9b:1::/48', why: 'NAT64 (RFC 8215)' },
  { cidr: '100::/64', why: 'discard (RFC 6666)' },
  { cidr: '5f00::/16', why: 'segment routing (RFC 9602)' },
  { cidr: 'fc00::/7', why: 'unique local (RFC 4193)' },
  { cidr: 'fe80::/10', why: 'link-local (RFC 4291)' },
  { cidr: 'fec0::/10', why: 'site-local (RFC 3879)' },
  { cidr: 'ff00::/8', why: 'multicast (RFC 4291)' },
  { cidr: '::/0', why: 'not global unicast (RFC 4291)' },
]

/** One dot at the end is the root's (RFC 1034, section 3.1); any other label has a character at least. */
const EMPTY_LABEL = /^\.|\.\./

/** What the URL parser takes out or turns round without a word (WHATWG URL, "basic URL parser"). */
// eslint-disable-next-line no-control-regex
const SILENTLY_CHANGED = /[\u0000-\u0020\u007f-\u00a0\u2028\u2029\ufeff\\]/

/** `scheme://authority` as a person wrote it. */
const WRITTEN = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]+)/i

/**
 * Why a URL's form is refused, or `null`. What the parser would silently rewrite is refused: the text that is kept, and that
 * people read, says where requests go.
 * @param text the URL as it was written
 * @param readable the parsed host with its international labels spelled out
 */
export const refuseUrl = (url: URL, text: string, readable: string, allowHttp: boolean): string | null => {
  if (SILENTLY_CHANGED.test(text)) return 'The URL has a space, a control character or a backslash in it'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Only https URLs can be sent to'
  if (url.protocol === 'http:' && !allowHttp)
    return 'Only https URLs can be sent to; network.allowHttp lets plain http through'
  if (url.username !== '' || url.password !== '' || WRITTEN.exec(text)?.[1]?.includes('@'))
    return 'A URL with a user name or password is refused; use a header'
  if (url.hostname === '') return 'The URL has no host'
  if (EMPTY_LABEL.test(url.hostname)) return 'The host name has an empty label'
  if (url.port === '0') return 'Port 0 cannot be connected to'
  const written = WRITTEN.exec(text)?.[1]?.replace(/:\d*$/, '').toLowerCase()
  // An IPv6 address has many spellings that all say what they are.
  const isAsWritten = written === url.hostname || written === readable || written?.startsWith('[')
  return isAsWritten ? null : `The URL is not written as it is read; write its host as ${url.hostname}`
}
