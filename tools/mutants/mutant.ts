/** One place of a source file, and what it says in the mutant. */
export interface Edit {
  /** From the root. */
  readonly file: string
  /** Stands in the file exactly once. */
  readonly find: string
  readonly replace: string
}

/** A deliberate bug, and the test that is there to catch it. */
export interface Mutant {
  /** What it does wrong. */
  readonly name: string
  readonly edits: readonly Edit[]
  readonly caughtBy: {
    /** From the root. */
    readonly file: string
    /** The test's name, or a part of it. */
    readonly test: string
  }
}

/**
 * The text with one place changed.
 * @throws Error when the place is not there, or more than once: a mutant that changes nothing would be caught by nobody.
 */
export const mutate = (text: string, { file, find, replace }: Edit): string => {
  const [before, after, ...more] = text.split(find)
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`${file} must have this exactly once, for a mutant to change it:\n${find}`)
  return before + replace + after
}
