/** What PostgreSQL's text cannot hold: NUL, half of a surrogate pair. */
const UNFIT = /\0|\p{Surrogate}/u
/** Stands before text in the other form. */
const MARK = '\u0001'

const isFit = (value: string): boolean => !value.startsWith(MARK) && !UNFIT.test(value)

/** Text as it is stored: itself, or a form that every string has and that reads back as the same. */
export const toText = (value: string): string => (isFit(value) ? value : MARK + JSON.stringify(value))

/** The string that `toText` was given. */
export const fromText = (stored: string): string =>
  stored.startsWith(MARK) ? (JSON.parse(stored.slice(1)) as string) : stored

/** As `toText`, of what may be missing. */
export const toTextOrNull = (value: string | null): string | null => (value === null ? null : toText(value))

/** As `fromText`, of what may be missing. */
export const fromTextOrNull = (stored: string | null): string | null =>
  stored === null ? null : fromText(stored)
