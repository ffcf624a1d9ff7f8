import { describe, expect, it } from 'vitest'
import { classifyReply } from '../../core/classify-reply.js'
import {
  CUT_CASES,
  INVALID_CASES,
  ODD_CASES,
  replyOf,
  SILENT_CASES,
  STATUS_CASES,
  type AnswerCase,
} from './answer-cases.js'
import type { TransportHarness } from './harness.js'

/** Each class of answer, sent by a real server, and what becomes of the delivery. */
export const describeAnswerTable = (h: TransportHarness): void => {
  const holds = (about: string, cases: readonly AnswerCase[]): void => {
    describe(about, () => {
      it.each(cases.map((one) => [one.answer, one] as const))('%s', async (_answer, one) => {
        h.server.behave(one.script)
        const timeoutMs = 'errorClass' in one.reply && one.reply.errorClass === 'timeout' ? 300 : 10_000
        // What a client inflates or hides of a body is not the table's.
        const reply = await h.send({ timeoutMs })
        expect(reply).toMatchObject(replyOf(one))
        expect(classifyReply(reply, 0).kind).toBe(one.done)
      })
    })
  }
  holds('takes an answer by its status:', STATUS_CASES)
  holds('takes an odd answer for what it says:', ODD_CASES)
  holds('keeps a status that is known, whatever comes after the header:', CUT_CASES)
  holds('says that it was answered, and wrongly:', INVALID_CASES)
  holds('says that it was not answered:', SILENT_CASES)
}
