import { MASKED_SECRET } from '@swigs/webhooks-protocol'

/** What a receiver knows from its requests, and may repeat in an answer. */
export interface AnswerSecrets {
  /** Current and previous secrets, as they are stored. */
  readonly secrets: readonly { readonly value: string }[]
  /** The headers that were added for it. */
  readonly headers: Readonly<Record<string, string>>
}

/** Shorter ones are words of the answer itself. */
const SHORTEST = 8

const WHSEC = 'whsec_'
const SIGNATURE_MARKS = ['v1,', 'sha256=']
const SIGNATURES = /\bv1,[\w+/]{43}=|\bsha256=[0-9a-f]{64}/gi

/** By the headers, of which each reading of a subscription has its own: what to look for is made once for all its answers. */
const known = new WeakMap<object, { secrets: AnswerSecrets['secrets']; needles: readonly string[] }>()

/**
 * An answer without what it repeats of its request: secrets, current and previous, as they are, in hex and in base64, and
 * what `whsec_` stands before; the values of custom headers, with their scheme (`Bearer …`) and without; signatures. Values
 * under 8 characters are left, as they are words of the answer itself. Costs next to nothing where nothing is found.
 * @example
 * maskAnswer('you sent Bearer abcdefgh', { secrets: [], headers: { authorization: 'Bearer abcdefgh' } }) // 'you sent ********'
 */
export const maskAnswer = (answer: string, about: AnswerSecrets): string => {
  if (answer.length < SHORTEST) return answer
  let text = answer
  for (const needle of needlesOf(about))
    if (text.includes(needle)) text = text.replaceAll(needle, MASKED_SECRET)
  return SIGNATURE_MARKS.some((mark) => text.toLowerCase().includes(mark))
    ? text.replace(SIGNATURES, MASKED_SECRET)
    : text
}

const needlesOf = (about: AnswerSecrets): readonly string[] => {
  const { secrets, headers } = about
  const found = known.get(headers)
  if (found?.secrets === secrets) return found.needles
  const needles = makeNeedles(secrets, headers)
  known.set(headers, { secrets, needles })
  return needles
}

/** Longest first: the mask of a part would leave the rest. */
const makeNeedles = (
  secrets: AnswerSecrets['secrets'],
  headers: AnswerSecrets['headers'],
): readonly string[] => {
  const texts = [
    ...secrets.flatMap(({ value }) => formsOfSecret(value)),
    ...Object.values(headers).flatMap(formsOfHeader),
  ]
  const spelled = texts.filter(({ length }) => length >= SHORTEST).flatMap(spellings)
  return [...new Set(spelled)].sort((one, other) => other.length - one.length)
}

const formsOfSecret = (value: string): string[] => {
  const isEncoded = value.startsWith(WHSEC)
  const payload = value.slice(WHSEC.length)
  return isEncoded
    ? [value, payload, ...encodings(Buffer.from(payload, 'base64')), ...encodings(Buffer.from(value))]
    : [value, ...encodings(Buffer.from(value))]
}

/** Hex in both cases; base64 in both alphabets, without its padding, which some leave out. */
const encodings = (bytes: Buffer): string[] => {
  const hex = bytes.toString('hex')
  return [hex, hex.toUpperCase(), bytes.toString('base64').replace(/=+$/, ''), bytes.toString('base64url')]
}

const formsOfHeader = (value: string): string[] => [value, value.slice(value.lastIndexOf(' ') + 1)]

/** As it is, and as JSON and a URL write it. */
const spellings = (text: string): string[] => [text, JSON.stringify(text).slice(1, -1), encodeUrl(text)]

const encodeUrl = (text: string): string => {
  try {
    return encodeURIComponent(text)
  } catch {
    // Half a surrogate pair has no place in a URL.
    return text
  }
}
