import type { ReplayStore } from '@swigs/webhooks-dispatcher/storage-kit'
import { page, type Rows } from './rows.js'

export const replayStore = ({ replays }: Rows): ReplayStore => ({
  put: async ({ replay, expected }) => {
    const revision = replays.get(replay.id)?.revision ?? null
    const isMine = revision === expected || revision === replay.revision
    if (isMine) replays.put(replay.id, replay)
    return isMine
  },
  get: async (id) => replays.get(id) ?? null,
  list: async ({ running, ...query }) => {
    const rows = replays.read().filter(({ state }) => !running || state === 'running')
    return page(rows, (row) => row.createdAt, query)
  },
})
