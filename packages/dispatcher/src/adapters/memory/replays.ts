import type { ReplayStore } from '../../ports/storage/replays.js'
import { newestFirst, type MemoryState } from './state.js'

export const memoryReplays = ({ replays }: MemoryState): ReplayStore => ({
  put: async ({ replay, expected }) => {
    const revision = replays.get(replay.id)?.revision ?? null
    if (revision !== expected && revision !== replay.revision) return false
    replays.set(replay.id, structuredClone(replay))
    return true
  },
  get: async (id) => replays.get(id) ?? null,
  list: async ({ after, limit, running = false }) =>
    newestFirst(
      [...replays.values()].filter(({ state }) => !running || state === 'running'),
      ({ createdAt, id }) => [createdAt, id],
      after,
      limit,
    ),
})
