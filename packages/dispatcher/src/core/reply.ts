import type { NoAnswerClass } from './attempt.js'

/** Headers of an answer. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** What came of a request. Expected outcomes are values: nothing that a receiver does makes a transport throw. */
export type Reply =
  | {
      readonly kind: 'response'
      readonly statusCode: number
      /** The `Retry-After` header as it came, or `null`. */
      readonly retryAfter: string | null
      /** At most 16 KiB, as UTF-8 text, never inflated. */
      readonly body: string
      /** There was more, or more was announced, than was read. */
      readonly truncated: boolean
      /** The request was made twice: see `TransportRequest.mayRepeat`. Absent: once. */
      readonly repeated?: boolean | undefined
      /** As they came, names in lower case; absent where a transport does not tell. */
      readonly headers?: AnswerHeaders | undefined
      /** Whom it was connected to: see `Attempt.address`. */
      readonly address?: string | null | undefined
    }
  | {
      readonly kind: 'no_answer'
      readonly errorClass: NoAnswerClass
      readonly error: string
      /** The request was made twice: see `TransportRequest.mayRepeat`. Absent: once. */
      readonly repeated?: boolean | undefined
      /** Whom it was connected to: see `Attempt.address`. */
      readonly address?: string | null | undefined
    }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'aborted' }

/** The same, of a request that was made twice. */
export const asRepeated = (reply: Reply): Reply =>
  reply.kind === 'response' || reply.kind === 'no_answer' ? { ...reply, repeated: true } : reply
