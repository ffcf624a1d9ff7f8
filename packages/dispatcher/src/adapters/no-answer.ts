import type { NoAnswerClass } from '../core/attempt.js'
import type { Reply } from '../core/reply.js'

const CLASSES: readonly (readonly [NoAnswerClass, RegExp])[] = [
  ['timeout', /^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT|ESOCKETTIMEDOUT)$/],
  ['dns', /^(ENOTFOUND|EAI_\w+|ENODATA|ESERVFAIL)$/],
  ['connect', /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM|EHOSTDOWN|ENETDOWN)$/],
  [
    'tls',
    /^(ERR_TLS\w*|ERR_SSL\w*|EPROTO|CERT_\w+|CRL_\w+|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|DEPTH_ZERO\w*|SELF_SIGNED\w*|UNABLE_TO\w*|HOSTNAME_MISMATCH)$/,
  ],
  ['reset', /^(ECONNRESET|EPIPE|ECONNABORTED|UND_ERR_\w+|HPE_\w+)$/],
]

const WORDS: Record<NoAnswerClass, string> = {
  dns: 'The host name could not be resolved',
  connect: 'The connection was refused or could not be made',
  tls: 'The TLS handshake failed',
  reset: 'The connection broke before the answer was complete',
  timeout: 'No complete answer came in time',
}

/** A failure without an answer, by class; `code` is the system's own name for it. */
export const noAnswer = (errorClass: NoAnswerClass, code?: string): Reply => ({
  kind: 'no_answer',
  errorClass,
  error: code ? `${WORDS[errorClass]} (${code})` : WORDS[errorClass],
})

/** Classifies what an HTTP client threw, through causes and aggregates. Messages are not kept: they may quote data. */
export const classifyFailure = (error: unknown): Reply => {
  for (const code of codesOf(error, 0)) {
    const found = CLASSES.find(([, pattern]) => pattern.test(code))
    if (found) return noAnswer(found[0], code)
  }
  return noAnswer('reset')
}

const codesOf = (error: unknown, depth: number): string[] => {
  if (typeof error !== 'object' || error === null || depth > 4) return []
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  const nested = [...(Array.isArray(errors) ? errors : []), cause].flatMap((inner) =>
    codesOf(inner, depth + 1),
  )
  return typeof code === 'string' ? [...nested, code] : nested
}
