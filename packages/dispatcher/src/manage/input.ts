import { InvalidOptionsError, issuesFromZod } from '@swigs/webhooks-protocol'
import { z } from 'zod'
import { MAX_PAGE } from './cursor.js'

/** Parses the argument of a member; the error names each field and the way out. */
export const parseInput = <T extends z.ZodType>(what: string, schema: T, input: unknown): z.output<T> => {
  const parsed = schema.safeParse(input, { reportInput: true })
  if (parsed.success) return parsed.data
  const issues = issuesFromZod(withValues(parsed.error))
  const text = issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ')
  throw new InvalidOptionsError(`${what}: ${text}`, { issues })
}

/** Numbers and booleans are no secrets: what was given stands beside what is expected. */
const withValues = (error: z.ZodError): z.ZodError =>
  new z.ZodError(
    error.issues.map((issue) => {
      const { input } = issue
      if (typeof input !== 'number' && typeof input !== 'boolean') return issue
      return { ...issue, message: `${issue.message}, got ${input}` }
    }),
  )

const instant = z
  .union([z.date(), z.number(), z.iso.datetime({ offset: true })])
  .transform((value) => new Date(value).getTime())

/** An instant as callers write it (Date, epoch ms or ISO 8601) in epoch ms. */
export const instantSchema = instant.refine((ms) => Math.abs(ms) <= 8.64e15, 'Not an instant')

export const pagingSchema = {
  limit: z.int().min(1).max(MAX_PAGE).default(50),
  cursor: z.string().nullish(),
}

export const windowSchema = { since: instantSchema.optional(), until: instantSchema.optional() }

const spanMs = z.number().min(0)

export const drainSchema = z.strictObject({ maxMs: spanMs.default(60_000) }).prefault({})
export const stopSchema = z.strictObject({ graceMs: spanMs.optional() }).prefault({})
