import type { mongo } from 'mongoose'
import type { EventDocument } from './documents.js'
import { OVERDUE_MS } from './stores/acquire.js'

type Events = Pick<mongo.Collection<EventDocument>, 'watch'>

/**
 * What sessions committed, and what a process without workers has fanned out; not their bodies. All else is left out, as most
 * events are fanned out and delivered by the process that stored them, later than any hint would come: to be told of them too
 * had every process look at every event for nothing. An insert by `append` carries its call's name, one of a session none; the
 * mark of a fan-out says `announcedAt` only where its process has nobody to deliver.
 */
const OURS_TO_DO = [
  {
    $match: {
      $or: [
        { operationType: 'insert', 'fullDocument.appendedBy': { $exists: false } },
        { operationType: 'update', 'updateDescription.updatedFields.announcedAt': { $exists: true } },
      ],
    },
  },
  { $project: { operationType: 1 } },
]

/** No other will do, and the app's connection may be set to one. */
const MAJORITY = { readConcern: { level: 'majority' } } as const

/** What is left to another process for a time is looked for again after it, and once more where clocks are some ms apart, ms. */
const LOOK_AGAIN_AFTER_MS = [OVERDUE_MS + 5, OVERDUE_MS + 50] as const

const REOPEN_AFTER_MS = 5_000

/**
 * Calls `onHint` once there is work that another process has left, for as long as nobody calls what this answers. The driver
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
  let again: NodeJS.Timeout[] = []

  /** A session's event is fanned out by whoever is told of it; a lane that is due belongs to one of many first. */
  const tell = (change: { operationType: string }) => {
    onHint()
    if (change.operationType !== 'update') return
    // Of many at once the last one's looks are looks for all.
    for (const look of again) clearTimeout(look)
    again = LOOK_AGAIN_AFTER_MS.map((ms) => setTimeout(onHint, ms).unref())
  }
  const open = () => {
    const opened = events.watch(OURS_TO_DO, MAJORITY)
    stream = opened
    opened.on('change', tell)
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
    for (const look of again) clearTimeout(look)
    const last = stream
    stream = null
    await last?.close()
  }
}
