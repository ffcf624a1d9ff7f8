import { z } from 'zod'

/** What every refusal looks like; `issues` where fields of the request are at fault. */
export const problem = z.object({
  message: z.string(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
