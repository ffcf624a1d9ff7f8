import { InvalidOptionsError, issuesFromZod, issuesToText, type Issue } from '@swigs/webhooks-protocol'
import { z } from 'zod'

/** An error class of ours that lists issues. */
type IssuesError = new (message: string, details: { issues: Issue[]; cause?: unknown }) => Error

/**
 * Parses an argument of a public member: the one way in. The error names each field, its value where that is no secret, and
 * the way out.
 * @throws InvalidOptionsError, or the `error` that is given
 */
export const parseInput = <T extends z.ZodType>(
  what: string,
  schema: T,
  input: unknown,
  error: IssuesError = InvalidOptionsError,
): z.output<T> => {
  const parsed = schema.safeParse(input, { reportInput: true })
  if (parsed.success) return parsed.data
  throw invalid(what, issuesFromZod(withValues(parsed.error)), error)
}

/** The error for issues, each in its text. */
export const invalid = (what: string, issues: Issue[], error: IssuesError = InvalidOptionsError): Error =>
  new error(`${what}: ${issuesToText(issues)}`, { issues })

/** Numbers and booleans are no secrets: what was given stands beside what is expected. */
const withValues = (error: z.ZodError): z.ZodError =>
  new z.ZodError(
    error.issues.map((issue) => {
      const { input } = issue
      if (typeof input !== 'number' && typeof input !== 'boolean') return issue
      return { ...issue, message: `${issue.message}, got ${input}` }
    }),
  )
