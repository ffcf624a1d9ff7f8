import type { Count } from '../api/types.js'
import { act, ask, tell, tellError, type Question } from '../state/dialogs.js'
import { may } from '../state/me.js'

/** Something that is done with all that a filter finds. */
export interface ActOnAll {
  /** What the button says; it asks first. */
  readonly label: string
  /** The route that does it, as `POST /pause-all`. */
  readonly needs: string
  readonly isDestructive?: boolean
  /** Does it, or only counts. */
  readonly run: (dryRun: boolean) => Promise<Count>
  readonly nothing: string
  readonly question: (counted: Count) => Omit<Question, 'isDestructive'>
  readonly done: (counted: Count) => string
  readonly again: () => void
}

/** Counts first, asks with that count, and then does it. Not there for whoever may not. */
export const ActOnAllButton = ({
  label,
  needs,
  isDestructive = false,
  run,
  nothing,
  question,
  done,
  again,
}: ActOnAll) => {
  if (!may(needs)) return null
  const begin = async () => {
    try {
      const counted = await run(true)
      if (counted.count === 0 && !counted.atLeast) return tell(nothing)
      if (!(await ask({ ...question(counted), isDestructive }))) return
    } catch (error) {
      return tellError(error)
    }
    await act(null, async () => tell(done(await run(false))))
    again()
  }
  return (
    <button type="button" class={isDestructive ? 'danger' : undefined} onClick={() => void begin()}>
      {label}
    </button>
  )
}
