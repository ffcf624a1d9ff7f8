import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'

/** A question before something is done. */
export interface Question {
  readonly title: string
  readonly body: ComponentChildren
  /** What the button says: the act itself, with its count. */
  readonly action: string
  /** It cannot be taken back. */
  readonly isDestructive?: boolean
}

interface Asked extends Question {
  readonly answer: (yes: boolean) => void
}

/** The question that is open. */
export const question = signal<Asked | null>(null)

/** Asks a person; resolves with what they say. */
export const ask = (given: Question): Promise<boolean> =>
  new Promise((resolve) => {
    question.value = {
      ...given,
      answer: (yes) => {
        question.value = null
        resolve(yes)
      },
    }
  })

/** What was done, or why it was not. */
export interface Notice {
  readonly text: string
  readonly isError: boolean
}

export const notice = signal<Notice | null>(null)

export const tell = (text: string): void => {
  notice.value = { text, isError: false }
}

export const tellError = (error: unknown): void => {
  notice.value = { text: error instanceof Error ? error.message : String(error), isError: true }
}

/** Does something and says so; what goes wrong is said too. Answers whether it was done. */
export const act = async (done: string | null, run: () => Promise<unknown>): Promise<boolean> => {
  try {
    await run()
    if (done !== null) tell(done)
    return true
  } catch (error) {
    tellError(error)
    return false
  }
}
