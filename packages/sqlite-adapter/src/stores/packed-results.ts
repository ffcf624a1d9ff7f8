import type { AttemptResult, CompleteInput } from '@swigs/webhooks-dispatcher/storage-kit'

/**
 * Results on their way to the thread: one flat array. What passes between threads is copied value by value and name by name, and
 * the names of 20 fields cost more than what is in them.
 */
export interface PackedResults extends Omit<CompleteInput, 'results'> {
  readonly values: readonly unknown[]
}

const FIELDS = 20

export const packResults = ({ results, ...rest }: CompleteInput): PackedResults => {
  const values: unknown[] = []
  for (const { attempt, ...result } of results)
    values.push(
      result.deliveryId,
      result.subscriptionId,
      result.token,
      result.expectedAttemptCount,
      result.status,
      result.reason,
      result.dueAt,
      result.scheduleStep,
      attempt.number,
      attempt.startedAt,
      attempt.durationMs,
      attempt.statusCode,
      attempt.errorClass,
      attempt.error,
      attempt.responseBody,
      attempt.truncated,
      attempt.retryAfterMs,
      attempt.repeated,
      attempt.responseHeaders,
      attempt.address,
    )
  return { ...rest, values }
}

export const unpackResults = (values: readonly unknown[]): AttemptResult[] => {
  const results: AttemptResult[] = []
  for (let at = 0; at < values.length; at += FIELDS)
    results.push({
      deliveryId: values[at],
      subscriptionId: values[at + 1],
      token: values[at + 2],
      expectedAttemptCount: values[at + 3],
      status: values[at + 4],
      reason: values[at + 5],
      dueAt: values[at + 6],
      scheduleStep: values[at + 7],
      attempt: {
        number: values[at + 8],
        startedAt: values[at + 9],
        durationMs: values[at + 10],
        statusCode: values[at + 11],
        errorClass: values[at + 12],
        error: values[at + 13],
        responseBody: values[at + 14],
        truncated: values[at + 15],
        retryAfterMs: values[at + 16],
        repeated: values[at + 17],
        responseHeaders: values[at + 18],
        address: values[at + 19],
      },
    } as AttemptResult)
  return results
}
