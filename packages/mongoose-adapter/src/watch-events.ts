import type { mongo } from 'mongoose'
import type { EventDocument } from './documents.js'

type Events = Pick<mongo.Collection<EventDocument>, 'watch'>

/**
 * What sessions committed, and not its body. What `append` stored without one carries its call's name and is fanned out by
 * whoever stored it, later than any hint would come: to be told of it too had every process look at every event for nothing.
 */
const COMMITTED = [
  { $match: { operationType: 'insert', 'fullDocument.appendedBy': { $exists: false } } },
  { $project: { _id: 1 } },
]

/** No other will do, and the app's connection may be set to one. */
const MAJORITY = { readConcern: { level: 'majority' } } as const

const REOPEN_AFTER_MS = 5_000

/**
 * Calls `onHint` once a session has committed an event, wherever, for as long as nobody calls what this answers. The driver
 * resumes a change stream by itself, but not one whose history is gone, nor when there was no primary for longer than
 * `serverSelectionTimeoutMS`: without another, one fail-over would leave this process to polling for good.
 */
export const watchEvents = (
  events: Events,
  onHint: () => void,
  reopenAfterMs = REOPEN_AFTER_MS,
): (() => Promise<void>) => {
  let stream: mongo.ChangeStream | null = null
  let timer: NodeJS.Timeout | undefined

  const open = () => {
    const opened = events.watch(COMMITTED, MAJORITY)
    stream = opened
    opened.on('change', onHint)
    // Polling goes on without it.
    opened.on('error', () => {
      if (stream !== opened) return
      stream = null
      opened.close().catch(() => undefined)
      timer = setTimeout(reopen, reopenAfterMs).unref()
    })
  }
  const reopen = () => {
    open()
    // What was committed in between nobody has told of.
    onHint()
  }

  open()
  return async () => {
    clearTimeout(timer)
    const last = stream
    stream = null
    await last?.close()
  }
}
