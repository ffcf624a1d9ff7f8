const hosts = (list: string): string[] => list.trim().split(/\s+/)

/** Spellings of loopback, of private and of other networks, as hosts. */
const ADDRESSES = hosts(`
  127.0.0.1 127.1 127.0.1 127.255.255.254 127.0.0.1. 2130706433 0x7f000001 0x7f.0.0.1 0x7f.1 0177.0.0.1 017700000001 0177.1
  0 0.0.0.0 0x0 00 0. 10.0.0.1 10.1 0xa.1 012.0.0.1 167772161 172.16.0.1 172.31.255.255 0xac100001 192.168.0.1 192.168.1
  3232235521 0xc0a80001 0300.0250.0.1 169.254.169.254 0xa9fea9fe 2852039166 0251.0376.0251.0376 169.254.43518 100.64.0.1
  198.18.0.1 192.0.2.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 4294967295
  [::1] [::] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:8.8.8.8] [::127.0.0.1] [::7f00:1]
  [64:ff9b::127.0.0.1] [64:ff9b::a00:1] [64:ff9b:1::1] [2002:7f00:1::] [2002:a00:1::1] [2001:0:7f00:1::] [2001:db8::1]
  [fe80::1] [fec0::1] [fc00::1] [fd00::1] [fd12:3456:789a::1] [ff02::1] [100::1] [3fff::1] [5f00::1] [::ffff:0:127.0.0.1]
  %31%32%37.0.0.1 127%2e0%2e0%2e1 １２７.０.０.１ 127。0。0。1 ①②⑦.0.0.1
`)

/** Names that are no public ones, as hosts. */
const NAMES = hosts(`
  localhost localhost. LOCALHOST LocalHost. foo.localhost foo.localhost. a.b.localhost localhost.localdomain localhost4
  localhost6 localhost6.localdomain6 ip6-localhost ip6-loopback broadcasthost db.localdomain printer.local printer.local.
  app.svc.cluster.local router.home.arpa home.arpa metadata.google.internal orders.internal a.invalid a.onion a.alt alt
  %6cocalhost ｌｏｃａｌｈｏｓｔ ⓛocalhost localhoſt
`)

/** URLs that the parser would quietly read otherwise, or that nobody can connect to. */
const FORMS = [
  'https://example.com:0/',
  'https://example.com:00/',
  'https://example.com:65536/',
  'https://example.com:-1/',
  'https://exam\r\nple.com/',
  'https://exam\tple.com/',
  'https://example.com/a\r\nX-Injected: 1',
  'https://example.com/a\tb',
  'https://example.com/a b',
  'https://example.com/\u0000',
  'https://example.com/\u007f',
  ' https://example.com/',
  'https://example.com/ ',
  '\u00a0https://example.com/',
  '\ufeffhttps://example.com/',
  '\u001fhttps://example.com/',
  'https://example.com\\@127.0.0.1',
  'https://127.0.0.1\\@example.com',
  'https:\\\\example.com\\hooks',
  'https:/\\example.com/',
  'https:example.com',
  'https:/example.com',
  'https:///example.com',
  'https://user@example.com/',
  'https://user:password@example.com/',
  'https://@example.com/',
  'https://:@example.com/',
  'https://example.com@127.0.0.1/',
  'https://127.0.0.1#@example.com/',
  'https://ｅｘａｍｐｌｅ.com/',
  'https://example。com/',
  'https://ex%61mple.com/',
  'https://134744072/',
  'https://0x8.0x8.0x8.0x8/',
  'https://8.8.8.8./',
  'https://8.8.2056/',
  'https://exa\u00admple.com/',
  'https://exam\u200bple.com/',
  'https://.example.com/',
  'https://example..com/',
  'https://./',
  'https://',
  'https://[::1',
  'https://[fe80::1%25eth0]/',
  'https://exa<mple.com/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:,hello',
  'ws://example.com/',
  'gopher://example.com/',
  '//example.com/',
  'example.com',
  'hooks',
]

/** URLs that no subscription may have and no request may go to, whatever a resolver says, unless `network.allow` opens them. */
export const REFUSED_URLS: readonly string[] = [
  ...ADDRESSES.map((host) => `https://${host}/`),
  ...ADDRESSES.slice(0, 8).map((host) => `http://${host}:8080/hook?x=1`),
  ...NAMES.map((host) => `https://${host}/`),
  ...NAMES.slice(0, 5).map((host) => `http://${host}:8080/hook`),
  ...FORMS,
]

/** The same sort of text, and nothing wrong with it. */
export const ACCEPTED_URLS: readonly string[] = [
  'https://example.com',
  'https://example.com/',
  'https://example.com:443/',
  'https://EXAMPLE.com:8443/Hooks?a=1&b=%20#top',
  'https://example.com./',
  'https://münchen.de/straße',
  'https://xn--mnchen-3ya.de/',
  'https://sub_domain.example.com/',
  'https://8.8.8.8/',
  'https://[2606:4700:4700::1111]:8443/',
  'https://[2606:4700:4700:0:0:0:0:1111]/',
  'https://example.com/a@b/~c',
  'https://hooks.example.com/?next=https://127.0.0.1/',
  'http://example.com/',
]
