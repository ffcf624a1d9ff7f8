/** A document that anybody may have written. */
export type Raw = Readonly<Record<string, unknown>>

// The fields of a document, each as it has to be; an error names the field and never its value, which is nobody's business.

const isNot = (field: string, what: string): never => {
  throw new Error(`${field} is not ${what}`)
}

const absent = (value: unknown): value is null | undefined => value === null || value === undefined

/** A document as these readers take it. */
export const raw = (document: object): Raw => document as Raw

export const text = (document: Raw, field: string): string => {
  const value = document[field]
  return typeof value === 'string' ? value : isNot(field, 'text')
}

export const textOrNull = <T extends string = string>(document: Raw, field: string): T | null =>
  absent(document[field]) ? null : (text(document, field) as T)

export const number = (document: Raw, field: string): number => {
  const value = document[field]
  return typeof value === 'number' && !Number.isNaN(value) ? value : isNot(field, 'a number')
}

export const numberOrNull = (document: Raw, field: string): number | null =>
  absent(document[field]) ? null : number(document, field)

/** What is not there is `otherwise`. */
export const flag = (document: Raw, field: string, otherwise: boolean): boolean => {
  const value = document[field]
  if (absent(value)) return otherwise
  return typeof value === 'boolean' ? value : isNot(field, 'true or false')
}

/** Epoch ms of a date; `null` where there is none. */
export const instantOrNull = (document: Raw, field: string): number | null => {
  const value = document[field]
  if (absent(value)) return null
  return value instanceof Date && !Number.isNaN(value.getTime()) ? value.getTime() : isNot(field, 'a date')
}

/** What is not there is an empty list. */
export const list = (document: Raw, field: string): unknown[] => {
  const value = document[field]
  if (absent(value)) return []
  return Array.isArray(value) ? value : isNot(field, 'a list')
}

export const texts = (document: Raw, field: string): string[] =>
  list(document, field).map((value) => (typeof value === 'string' ? value : isNot(field, 'a list of texts')))

export const numbers = (document: Raw, field: string): number[] =>
  list(document, field).map((value) =>
    typeof value === 'number' ? value : isNot(field, 'a list of numbers'),
  )

export const objects = (document: Raw, field: string): Raw[] =>
  list(document, field).map((value) => (isObject(value) ? value : isNot(field, 'a list of objects')))

/** What is not there is `null`. */
export const objectOrNull = (document: Raw, field: string): Raw | null => {
  const value = document[field]
  if (absent(value)) return null
  return isObject(value) ? value : isNot(field, 'an object')
}

/** Reads what lies within a field: a problem there is named by its whole path. */
export const within = <T>(field: string, read: () => T): T => {
  try {
    return read()
  } catch (error) {
    throw new Error(`${field}.${(error as Error).message}`, { cause: error })
  }
}

const isObject = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
