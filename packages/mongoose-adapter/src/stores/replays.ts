import { toReplay, readRows, type Replay, type ReplayStore } from '@swigs/webhooks-dispatcher/storage-kit'
import type { ReplayDocument } from '../documents.js'
import { guarded, isDuplicate } from '../errors.js'
import type { StoreContext } from './context.js'
import { listNewest } from './list-newest.js'
import { named, readUpTo } from './reading.js'

export const mongoReplays = ({ at, report }: StoreContext): ReplayStore => {
  const read = (rows: readonly ReplayDocument[]): Replay[] =>
    readRows(rows, ({ record }) => toReplay(record), named('replay'), report)

  return {
    put: async ({ replay, expected }) =>
      guarded('replays.put', async () => {
        const { id: _id, createdAt, state, revision } = replay
        const document = { createdAt, running: Number(state === 'running'), revision, record: replay }
        const known = expected === null ? [revision] : [expected, revision]
        const filter = { _id: String(_id), revision: { $in: known } }
        const options = { upsert: expected === null }
        const put = at().replays.replaceOne(filter, document, options)
        // One is stored under another revision: there the upsert meets the key.
        const { matchedCount, upsertedCount } = await put.catch((error: unknown) => {
          if (!isDuplicate(error)) throw error
          return { matchedCount: 0, upsertedCount: 0 }
        })
        return matchedCount + upsertedCount > 0
      }),
    get: async (id) =>
      guarded('replays.get', async () => {
        const found = await at().replays.findOne({ _id: String(id) })
        return (found && read([found])[0]) ?? null
      }),
    list: async ({ running = false, limit, ...query }) =>
      guarded('replays.list', () => {
        const equals = running ? { running: 1 } : {}
        return readUpTo(limit, read, ...listNewest(at().replays, 'createdAt', query, { equals }))
      }),
  }
}
