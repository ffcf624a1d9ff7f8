/** A line of JSON that is laid out. Texts are as they stand in the source: nothing is parsed and written again. */
export interface JsonLine {
  readonly depth: number
  /** `"key": `, or empty. */
  readonly key: string
  readonly text: string
  readonly kind: 'string' | 'number' | 'word' | 'open' | 'close' | 'empty'
  /** Of an opening line, where it closes; otherwise -1. */
  readonly end: number
}

const TOKEN = /\s*(?:([{}[\],:"])|(-?\d[\d.eE+-]*)|(true|false|null))/y

/** Whether it is JSON at all; what that would read is thrown away. */
const isJson = (source: string): boolean => {
  try {
    JSON.parse(source)
    return true
  } catch {
    return false
  }
}

/** Behind the string that begins at `start`. By hand: an expression over a megabyte has its limits. */
const stringEnd = (source: string, start: number): number => {
  for (let index = start + 1; index < source.length; index += 1) {
    if (source[index] === '"') return index + 1
    if (source[index] === '\\') index += 1
  }
  return source.length
}

/** JSON laid out in lines; `null` for what is none. However deep it is: nothing here calls itself. */
export const jsonLines = (source: string): JsonLine[] | null => {
  if (!isJson(source)) return null
  const lines: (JsonLine & { end: number })[] = []
  const open: number[] = []
  let key = ''
  let string: string | null = null

  const push = (kind: JsonLine['kind'], text: string) => {
    lines.push({ depth: open.length, key, text, kind, end: -1 })
    key = ''
  }
  const flush = () => {
    if (string !== null) push('string', string)
    string = null
  }
  const close = (mark: string) => {
    flush()
    const start = open.pop() ?? 0
    const opening = lines[start]
    if (!opening) return
    if (start === lines.length - 1) lines[start] = { ...opening, text: opening.text + mark, kind: 'empty' }
    else {
      push('close', mark)
      opening.end = lines.length - 1
    }
  }

  for (let position = 0; position < source.length;) {
    TOKEN.lastIndex = position
    const match = TOKEN.exec(source)
    if (!match) break
    position = TOKEN.lastIndex
    const [, mark, number, word] = match
    if (mark === '"') {
      const end = stringEnd(source, position - 1)
      string = source.slice(position - 1, end)
      position = end
    } else if (number !== undefined) push('number', number)
    else if (word !== undefined) push('word', word)
    else if (mark === ':') {
      key = `${string ?? ''}: `
      string = null
    } else if (mark === ',') flush()
    else if (mark === '{' || mark === '[') {
      push('open', mark)
      open.push(lines.length - 1)
    } else if (mark !== undefined) close(mark)
  }
  flush()
  return lines
}

/** Containers that are folded to begin with: those deeper than `depth`, and those with more than `most` lines below the top. */
export const foldedAtFirst = (lines: readonly JsonLine[], depth: number, most: number): Set<number> =>
  new Set(
    lines.flatMap((line, index) =>
      line.kind === 'open' && (line.depth >= depth || (line.depth > 1 && line.end - index > most))
        ? [index]
        : [],
    ),
  )

/** The lines that are seen, `most` at most, and whether there are more. */
export const visibleLines = (
  lines: readonly JsonLine[],
  folded: ReadonlySet<number>,
  most: number,
): { readonly shown: readonly number[]; readonly hasMore: boolean } => {
  const shown: number[] = []
  for (let index = 0; index < lines.length; index += 1) {
    if (shown.length === most) return { shown, hasMore: true }
    shown.push(index)
    const end = lines[index]?.end ?? -1
    if (folded.has(index) && end > index) index = end
  }
  return { shown, hasMore: false }
}
