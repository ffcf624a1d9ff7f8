import { toReplay, readRows, type Replay, type ReplayStore } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Value } from '../drivers/database.js'
import { fromText, toText } from '../text.js'
import type { At } from './at.js'
import { newest } from './newest.js'

interface ReplayRow {
  readonly id: string
  readonly record: string
}

export const postgresReplays = ({ database, schema, report }: At): ReplayStore => {
  const table = `${schema}.replays`
  const query = async (clauses: string, values: readonly Value[]): Promise<Replay[]> =>
    readRows(
      await database.query<ReplayRow>(`SELECT id, record FROM ${table} ${clauses}`, values),
      ({ record }) => toReplay(JSON.parse(fromText(record))),
      ({ id }) => ({ noun: 'replay', id }),
      report,
    )

  return {
    put: async ({ replay, expected }) => {
      const { id, createdAt, state, revision } = replay
      const values = [
        toText(id),
        createdAt,
        state === 'running',
        toText(revision),
        toText(JSON.stringify(replay)),
      ]
      // Where nothing is stored yet, a rival may store it meanwhile: the key is what tells.
      const stored = await database.query(
        expected === null
          ? `INSERT INTO ${table} AS r (id, created_at, running, revision, record) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (id) DO UPDATE SET record = r.record WHERE r.revision = excluded.revision RETURNING 1`
          : `UPDATE ${table} SET created_at = $2, running = $3, revision = $4, record = $5
             WHERE id = $1 AND revision IN ($6, $4) RETURNING 1`,
        expected === null ? values : [...values, toText(expected)],
      )
      return stored.length > 0
    },
    get: async (id) => (await query('WHERE id = $1', [toText(id)]))[0] ?? null,
    list: async ({ running = false, ...asked }) => {
      const { where, order, values } = newest({ at: 'created_at', id: 'id' }, asked)
      const only = running ? `${where === '' ? 'WHERE' : 'AND'} running` : ''
      return query(`${where} ${only} ${order}`, values)
    },
  }
}
