/** The headers of a delivery. `X-…` are SWIGS' own; `webhook-…` are those of Standard Webhooks 1.0.0. */
export const HEADERS = {
  contentType: 'Content-Type',
  userAgent: 'User-Agent',
  event: 'X-Webhook-Event',
  timestamp: 'X-Webhook-Timestamp',
  signature: 'X-Webhook-Signature',
  id: 'webhook-id',
  attemptTimestamp: 'webhook-timestamp',
  standardSignature: 'webhook-signature',
  delivery: 'X-Webhook-Delivery',
  attempt: 'X-Webhook-Attempt',
} as const

/** Hop-by-hop (RFC 9110, section 7.6.1) and connection-level names. */
const HOP_BY_HOP = [
  'connection',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** Names, in lower case, that a custom header may not have. */
export const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  ...Object.values(HEADERS).map((name) => name.toLowerCase()),
  ...HOP_BY_HOP,
  'host',
  'cookie',
])

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// Printable Latin-1 and tab (RFC 9110, section 5.5): no CR, LF or NUL.
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const MAX_VALUE = 4_096
const SECRET_NAME = /auth|token|secret|key|cookie|pass|pwd|credential|signature|hmac|session|jwt|bearer/i

/** Why a subscription may not send this header, or `null` when it may. The value is never part of the answer. */
export const isAllowedCustomHeader = (name: string, value: string): string | null => {
  const lower = name.toLowerCase()
  if (!TOKEN.test(name) || name.length > 128)
    return 'Not a header name (RFC 9110 token, at most 128 characters)'
  if (RESERVED_HEADERS.has(lower) || lower.startsWith('content-')) return 'This header is set by the sender'
  if (!VALUE.test(value))
    return 'The value has a character that a header cannot carry (CR, LF, NUL or beyond Latin-1)'
  return value.length > MAX_VALUE ? `The value is longer than ${MAX_VALUE} characters` : null
}

/** Whether a header's value is masked in every listing: authorization-style names. */
export const isSecretHeader = (name: string): boolean => SECRET_NAME.test(name)
