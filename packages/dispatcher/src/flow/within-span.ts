import { errorName } from '@swigs/webhooks-protocol'
import type { DispatchSpan } from '../ports/tracing.js'

/** Accepts an event as a part of a trace, where there is one; answers whether it is new. */
export const withinSpan = async (
  span: DispatchSpan | undefined,
  accept: () => Promise<boolean>,
): Promise<boolean> => {
  if (!span) return accept()
  try {
    const isNew = await span.run(accept)
    span.end({ duplicate: !isNew, error: null })
    return isNew
  } catch (error) {
    span.end({ duplicate: false, error: errorName(error) })
    throw error
  }
}
