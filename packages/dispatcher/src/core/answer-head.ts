/** What the head of an answer (its status line and header, with the empty line after them) is. */
export type AnswerHead =
  /** 1xx: the answer itself is still to come (RFC 9110, section 15.2). */
  | { readonly kind: 'interim' }
  /** The answer; `mended` is to be read in its place, or `null`. */
  | { readonly kind: 'final'; readonly mended: string | null }
  /** No HTTP answer to what was asked. */
  | { readonly kind: 'invalid'; readonly code: string }

const STATUS = /^HTTP\/\d\.\d (\d{3})(?=[ \r])/
const BARE_LF = /(?:^|[^\r])\n/
/** What decides where an answer ends, and lines that are folded. */
const FRAMING = /\r\n(?:([ \t])|content-length:([^\r]*)|(transfer-encoding:))/gi

const INTERIM: AnswerHead = { kind: 'interim' }
const AS_IT_IS: AnswerHead = { kind: 'final', mended: null }

/** A line ends with CR LF (RFC 9112, section 2.2); one that does not is no parser's, and nothing to wait behind. */
export const hasBareLineFeed = (text: string): boolean => BARE_LF.test(text)

/**
 * Reads the head of an answer, latin1, as far as it decides where the answer ends (RFC 9112, section 6.3): 204 and 304 have
 * no body, `Transfer-Encoding` overrides `Content-Length`, a length given twice alike counts once, one that is none counts
 * for nothing. Where a head says otherwise, the mended one does not, and has the connection closed; folded lines are
 * unfolded (section 5.2). All else is left to the parser.
 */
export const readAnswerHead = (head: string): AnswerHead => {
  if (hasBareLineFeed(head)) return { kind: 'invalid', code: 'BARE_LINE_FEED' }
  const status = STATUS.exec(head)?.[1]
  if (status === undefined) return AS_IT_IS
  if (status < '100') return { kind: 'invalid', code: 'INVALID_STATUS' }
  if (status === '101') return { kind: 'invalid', code: 'UNASKED_UPGRADE' }
  if (status < '200') return INTERIM
  const isBodiless = status === '204' || status === '304'
  return isWellFramed(head, isBodiless) ? AS_IT_IS : { kind: 'final', mended: mend(head, isBodiless) }
}

const isWellFramed = (head: string, isBodiless: boolean): boolean => {
  let lengths = 0
  let isChunked = false
  FRAMING.lastIndex = 0
  for (let found = FRAMING.exec(head); found; found = FRAMING.exec(head)) {
    const [, fold, length, coding] = found
    if (fold !== undefined) return false
    if (coding !== undefined) isChunked = true
    if (length === undefined) continue
    lengths += 1
    if (!/^[ \t]*\d{1,15}[ \t]*$/.test(length) || (isBodiless && Number(length) !== 0)) return false
  }
  return isBodiless ? !isChunked : lengths + Number(isChunked) <= 1
}

const mend = (head: string, isBodiless: boolean): string => {
  const lines = head
    .slice(0, -4)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
  const named = (name: string) => lines.filter((line) => line.toLowerCase().startsWith(`${name}:`))
  const lengths = new Set(
    named('content-length')
      .flatMap((line) => line.slice(line.indexOf(':') + 1).split(','))
      .map((text) => text.trim()),
  )
  const [length = ''] = lengths
  const isMeasured =
    lengths.size === 1 && /^\d{1,15}$/.test(length) && named('transfer-encoding').length === 0
  const kept = lines.filter(
    (line) =>
      !/^(?:content-length|connection|keep-alive):/i.test(line) &&
      !(isBodiless && /^transfer-encoding:/i.test(line)),
  )
  if (isMeasured && !isBodiless) kept.push(`Content-Length: ${length}`)
  return `${[...kept, 'Connection: close'].join('\r\n')}\r\n\r\n`
}
