import type { Value } from '../drivers/driver.js'

export const nullableText = (value: Value | undefined): string | null =>
  value == null ? null : String(value)

export const nullableNumber = (value: Value | undefined): number | null =>
  value == null ? null : Number(value)

const PACKED = '\u0001'

/** A text that SQLite gives back whole: some drivers end one at its first NUL. */
export const packed = (text: string | null): string | null =>
  text !== null && (text.includes('\u0000') || text.startsWith(PACKED)) ? PACKED + JSON.stringify(text) : text

/** @throws SyntaxError when it was not packed by `packed` */
export const unpacked = (value: Value | undefined): string | null => {
  const text = nullableText(value)
  return text?.startsWith(PACKED) ? (JSON.parse(text.slice(1)) as string) : text
}
