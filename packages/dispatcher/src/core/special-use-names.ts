/** Names that are never looked up in public DNS, by what they stand for. */
export type SpecialUse = 'loopback' | 'private' | 'testing' | 'nowhere'

/** What systems call themselves in their own tables of hosts. */
const LOOPBACK_NAMES =
  /^(?:(?:.+\.)?localhost|localhost[46]|localhost[46]?\.localdomain[46]?|ip6-(?:localhost|loopback|localnet|mcastprefix|all(?:nodes|routers|hosts))|broadcasthost)$/
/** RFC 6762 (.local), RFC 8375 (home.arpa), ICANN's reservation (.internal), and what resolvers append by themselves. */
const PRIVATE_NAMES = /(?:^|\.)(?:local|home\.arpa|internal|localdomain)$/
/** RFC 6761. Its example.com, .net and .org do resolve. */
const TESTING_NAMES = /(?:^|\.)(?:test|example)$/
/** RFC 6761 (.invalid), RFC 7686 (.onion), RFC 9476 (.alt). */
const NOWHERE_NAMES = /(?:^|\.)(?:invalid|onion|alt)$/

/** The special use of a host name, lower case, or `null`. Source: IANA Special-Use Domain Names. */
export const specialUseOf = (hostname: string): SpecialUse | null => {
  const name = hostname.replace(/\.$/, '')
  if (LOOPBACK_NAMES.test(name)) return 'loopback'
  if (PRIVATE_NAMES.test(name)) return 'private'
  if (TESTING_NAMES.test(name)) return 'testing'
  return NOWHERE_NAMES.test(name) ? 'nowhere' : null
}
