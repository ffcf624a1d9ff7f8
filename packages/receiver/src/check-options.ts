import { InvalidOptionsError, issuesToText, type Issue } from '@swigs/webhooks-protocol'

/** What an option has to be, in words, and whether a value is that. */
export type Expectation = readonly [words: string, holds: (value: unknown) => boolean]

const isFunction = (value: unknown): boolean => typeof value === 'function'

export const A_FUNCTION: Expectation = ['a function', isFunction]
export const A_BOOLEAN: Expectation = ['true or false', (value) => typeof value === 'boolean']
export const MILLISECONDS: Expectation = [
  'milliseconds, 0 or more',
  (value) => typeof value === 'number' && value >= 0,
]
export const A_COUNT: Expectation = [
  'a whole number, 1 or more',
  (value) => Number.isSafeInteger(value) && Number(value) > 0,
]
export const anObjectWith = (words: string, ...methods: string[]): Expectation => [
  words,
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    methods.every((name) => isFunction((value as Readonly<Record<string, unknown>>)[name])),
]

/**
 * Finds what callers without types get wrong.
 * @throws InvalidOptionsError naming each option and what is expected there, never its value.
 */
export const checkOptions = (
  what: string,
  given: unknown,
  known: Readonly<Record<string, Expectation>>,
): void => {
  const names = Object.keys(known).join(', ')
  if (typeof given !== 'object' || given === null)
    throw new InvalidOptionsError(`${what}: Expected an object of options. Known: ${names}.`)
  const issues = Object.entries(given).flatMap(([path, value]) => {
    const [words, holds] = (Object.hasOwn(known, path) && known[path]) || []
    if (!words) return [{ path, message: `Unknown option. Known: ${names}` }]
    return value === undefined || holds?.(value) ? [] : [{ path, message: `Expected ${words}` }]
  })
  refuse(what, issues)
}

/** @throws InvalidOptionsError when there is an issue. */
export const refuse = (what: string, issues: readonly Issue[]): void => {
  if (issues.length === 0) return
  throw new InvalidOptionsError(`${what}: ${issuesToText(issues)}.`, { issues })
}
