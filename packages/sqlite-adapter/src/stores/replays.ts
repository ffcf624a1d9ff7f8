import { toReplay, readRows, type Replay, type ReplayQuery } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Database } from '../database/database.js'
import type { Row } from '../drivers/driver.js'
import { read, write } from './verb.js'

const replaysIn = (database: Database, rows: readonly Row[]): Replay[] =>
  readRows(
    rows,
    (row) => toReplay(JSON.parse(String(row['record']))),
    (row) => ({ noun: 'replay', id: String(row['id']) }),
    database,
  )

export const replayVerbs = {
  'replays.put': write(
    (database, { replay, expected }: { replay: Replay; expected: string | null }): boolean => {
      const { id, createdAt, state, revision } = replay
      const stored = database.sql('SELECT revision FROM replays WHERE id = ?').get(id)?.['revision'] ?? null
      if (stored !== expected && stored !== revision) return false
      database
        .sql('INSERT OR REPLACE INTO replays VALUES (?, ?, ?, ?, ?)')
        .run(id, createdAt, Number(state === 'running'), revision, JSON.stringify(replay))
      return true
    },
  ),
  'replays.get': read(
    (database, id: string): Replay | null =>
      replaysIn(database, database.sql('SELECT id, record FROM replays WHERE id = ?').all(id))[0] ?? null,
  ),
  'replays.list': read((database, { after, limit, running = false }: ReplayQuery): Replay[] => {
    const only = running ? 'running = 1' : '1'
    const order = 'ORDER BY created_at DESC, id DESC LIMIT ?'
    const rows = after
      ? database
          .sql(`SELECT id, record FROM replays WHERE ${only} AND (created_at, id) < (?, ?) ${order}`)
          .all(after.at, after.id, limit)
      : database.sql(`SELECT id, record FROM replays WHERE ${only} ${order}`).all(limit)
    return replaysIn(database, rows)
  }),
}
