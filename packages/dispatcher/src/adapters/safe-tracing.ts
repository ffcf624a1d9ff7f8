import { isAllowedCustomHeader } from '@swigs/webhooks-protocol'
import type { Logger } from '../ports/logger.js'
import type { AttemptSpan, DispatchSpan, Tracing } from '../ports/tracing.js'

const MAX_TRACE = 1_024

const NO_SPAN = { trace: null, headers: {}, run: <T>(call: () => T): T => call(), end: () => undefined }

/** Tracing that cannot break what it follows: what it throws is told once, and that part of the trace is missing. */
export const safeTracing = (tracing: Tracing, logger: Logger): Tracing => {
  let told = false
  const tell = (): void => {
    if (!told) logger.error({}, 'Tracing threw; what it throws is ignored')
    told = true
  }
  const attempted = <T>(call: () => T, otherwise: T): T => {
    try {
      return call()
    } catch {
      tell()
      return otherwise
    }
  }
  return {
    dispatch: (event) => {
      const span = attempted<DispatchSpan>(() => tracing.dispatch(event), NO_SPAN)
      const { trace } = span
      return {
        trace: typeof trace === 'string' && trace.length <= MAX_TRACE ? trace : null,
        run: (call) => runOnce(span, call, tell),
        end: (outcome) => attempted(() => span.end(outcome), undefined),
      }
    },
    attempt: (attempt) => {
      const span = attempted<AttemptSpan>(() => tracing.attempt(attempt), NO_SPAN)
      return {
        headers: attempted(() => sendable(span.headers), {}),
        run: (call) => runOnce(span, call, tell),
        end: (outcome) => attempted(() => span.end(outcome), undefined),
      }
    },
  }
}

/** Those that may leave: one that is none would fail the request. */
const sendable = (headers: AttemptSpan['headers']): AttemptSpan['headers'] =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name, value]) => typeof value === 'string' && isAllowedCustomHeader(name, value) === null,
    ),
  )

/** Calls it once, whatever the span does, and answers or throws what it did. */
const runOnce = <T>(span: Pick<DispatchSpan, 'run'>, call: () => T, failed: () => void): T => {
  let outcome: (() => T) | undefined
  const noted = (): T => {
    try {
      const answer = call()
      outcome = () => answer
      return answer
    } catch (error) {
      outcome = () => {
        throw error
      }
      throw error
    }
  }
  try {
    span.run(noted)
  } catch {
    if (!outcome) failed()
  }
  return (outcome ?? call)()
}
