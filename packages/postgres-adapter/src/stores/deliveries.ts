import {
  withoutAnswers,
  type Delivery,
  type DeliveryQuery,
  type DeliveryStore,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Value } from '../drivers/database.js'
import {
  ANSWERS_COLUMN,
  PENDING_COLUMNS,
  readDeliveries,
  SETTLED_COLUMNS,
  stateOf,
  type DeliveryRow,
} from '../rows/delivery-row.js'
import { toText } from '../text.js'
import type { At } from './at.js'
import { cancelStatement, resendStatement } from './change-deliveries.js'
import { newest } from './newest.js'
import { settling } from './settling.js'

const PLACE = { at: 'created_at', id: 'id' }

export const postgresDeliveries = (at: At): DeliveryStore => {
  const { database, schema, report } = at
  const query = async (text: string, values: readonly Value[]): Promise<Delivery[]> =>
    readDeliveries(await database.query<DeliveryRow>(text, values), report)
  const texts = (ids: readonly string[]) => [...new Set(ids)].map(toText)

  /** A page of each table that can have some, and of both the newest. */
  const page = ({ subscriptionId, eventId, status, since, until, ...asked }: DeliveryQuery) => {
    const equal = {
      subscription_id: subscriptionId === undefined ? undefined : toText(subscriptionId),
      event_id: eventId === undefined ? undefined : toText(eventId),
    }
    const { where, order, values } = newest(PLACE, asked, { equal, since, until })
    // In the statement itself and no parameter: so the indexes of one state are known to serve.
    const state = status === undefined ? '' : `${where === '' ? 'WHERE' : 'AND'} state = ${stateOf(status)}`
    const pending = `(SELECT ${PENDING_COLUMNS} FROM ${schema}.pending ${where} ${order})`
    const settled = `(SELECT ${SETTLED_COLUMNS} FROM ${schema}.settled ${where} ${state} ${order})`
    const tables = status === 'pending' ? [pending] : status === undefined ? [pending, settled] : [settled]
    return query(`SELECT * FROM (${tables.join(' UNION ALL ')}) both_tables ${order}`, values)
  }

  return {
    get: async (id) => {
      const [found] = await query(
        `SELECT ${PENDING_COLUMNS}, ${ANSWERS_COLUMN} FROM ${schema}.pending WHERE id = $1
         UNION ALL SELECT ${SETTLED_COLUMNS}, ${ANSWERS_COLUMN} FROM ${schema}.settled WHERE id = $1 LIMIT 1`,
        [toText(id)],
      )
      return found ?? null
    },
    list: async (asked) => (await page(asked)).map(withoutAnswers),
    resend: async ({ ids, now }) => {
      await database.query(resendStatement(schema), [now, JSON.stringify(texts(ids))])
    },
    cancel: async ({ ids, reason, now, status = 'cancelled' }) => {
      const given = texts(ids)
      const values = [JSON.stringify(given), reason, now]
      const statement = cancelStatement(schema, status === 'failed' ? 2 : 3)
      await settling(at, given, () => database.query(statement, values))
    },
  }
}
