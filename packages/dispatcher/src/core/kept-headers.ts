import { MASKED_SECRET } from '@swigs/webhooks-protocol'
import { maskAnswer, type AnswerSecrets } from './mask-answer.js'
import type { AnswerHeaders } from './reply.js'

/** How many headers of an answer are kept, and how many characters of each, and of all of them. */
const MOST_HEADERS = 32
const MOST_OF_ONE = 256
const MOST_OF_ALL = 2_048

/** What gives whoever has it access to the receiver. */
const SECRET_NAMES = new Set(['set-cookie', 'authorization', 'proxy-authorization', 'cookie'])

/**
 * The headers of an answer as they are kept with its attempt: 32 at most, 256 characters of each, 2,048 in all; cookies masked, and
 * what an answer repeats of its request (see `maskAnswer`).
 */
export const keptHeaders = (headers: AnswerHeaders, about: AnswerSecrets): Record<string, string> => {
  const kept: Record<string, string> = {}
  let left = MOST_OF_ALL
  for (const [given, value] of Object.entries(headers).slice(0, MOST_HEADERS)) {
    const name = given.toLowerCase().slice(0, MOST_OF_ONE)
    const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join(', ') : null
    if (text === null) continue
    // Masked before it is cut: half a secret would not be found.
    const shown = SECRET_NAMES.has(name) ? MASKED_SECRET : maskAnswer(text, about).slice(0, MOST_OF_ONE)
    left -= name.length + shown.length
    if (left < 0) break
    kept[name] = shown
  }
  return kept
}
