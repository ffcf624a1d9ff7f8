import type {
  Subscription,
  SubscriptionPatch,
  SubscriptionStore,
} from '@swigs/webhooks-dispatcher/storage-kit'
import type { Value } from '../drivers/database.js'
import {
  columnValues,
  COLUMNS,
  FAILING_SINCE,
  readSubscriptions,
  SUBSCRIPTION_COLUMNS,
  type SubscriptionRow,
} from '../rows/subscription-row.js'
import { toText, toTextOrNull } from '../text.js'
import type { At } from './at.js'
import { newest } from './newest.js'

type Field = keyof SubscriptionPatch

export const postgresSubscriptions = ({ database, schema, report }: At): SubscriptionStore => {
  const read = `SELECT ${SUBSCRIPTION_COLUMNS} FROM ${schema}.subscriptions s
    LEFT JOIN ${schema}.lanes l ON l.subscription_id = s.id`
  const query = async (text: string, values: readonly Value[]): Promise<Subscription[]> =>
    readSubscriptions(await database.query<SubscriptionRow>(text, values), report)

  const failing = `SELECT ${FAILING_SINCE} FROM ${schema}.subscriptions s
    LEFT JOIN ${schema}.lanes l ON l.subscription_id = s.id WHERE s.id = $1`

  return {
    insert: async (subscription) => {
      const { id, createdAt, updatedAt, stats, ...patch } = subscription
      const given = columnValues(patch)
      const fields = Object.keys(COLUMNS) as Field[]
      const own: readonly [string, Value][] = [
        ['id', toText(id)],
        ['created_at', createdAt],
        ['updated_at', updatedAt],
        ['total_sent', stats.totalSent],
        ['total_failed', stats.totalFailed],
        ['last_sent_at', stats.lastSentAt],
        ['last_error', toTextOrNull(stats.lastError)],
        ['failing_since', stats.failingSince],
        ['last_failed_at', stats.lastFailedAt],
        ['primary_secret', toText(subscription.secrets[0]?.value ?? '')],
      ]
      const columns = [...own.map(([column]) => column), ...fields.map((field) => COLUMNS[field][0])]
      const expressions = [
        ...own.map((_, index) => `$${index + 1}`),
        ...fields.map((field, index) => COLUMNS[field][1](`$${own.length + index + 1}`)),
      ]
      await database.query(
        `INSERT INTO ${schema}.subscriptions (${columns.join(', ')}) VALUES (${expressions.join(', ')})
         ON CONFLICT (id) DO NOTHING`,
        [...own.map(([, value]) => value), ...fields.map((field) => given[field] ?? null)],
      )
    },
    get: (ids) =>
      query(`${read} WHERE s.id IN (SELECT json_array_elements_text($1::text::json))`, [
        JSON.stringify(ids.map(toText)),
      ]),
    list: ({ after, limit }) => {
      const { where, order, values } = newest({ at: 's.created_at', id: 's.id' }, { after, limit })
      return query(`${read} ${where} ${order}`, values)
    },
    matching: (patterns) =>
      query(
        `${read} WHERE s.is_active AND s.events && ARRAY(SELECT json_array_elements_text($1::text::json))`,
        [JSON.stringify(patterns.map(toText))],
      ),
    update: async ({ id, patch, now, expected }) => {
      const given = columnValues(patch)
      const values: Value[] = [toText(id), now]
      const parameter = (value: Value) => `$${values.push(value)}`
      const sets = (Object.keys(COLUMNS) as Field[]).flatMap((field) => {
        const value = given[field]
        if (value === undefined) return []
        const [column, of] = COLUMNS[field]
        return `${column} = ${of(parameter(value))}`
      })
      const primary = patch.secrets?.[0]?.value
      if (primary !== undefined) sets.push(`primary_secret = ${parameter(toText(primary))}`)
      const conditions = [
        ...(expected?.url === undefined ? [] : [`url = ${parameter(toText(expected.url))}`]),
        ...(expected?.secret === undefined ? [] : [`primary_secret = ${parameter(toText(expected.secret))}`]),
        ...(expected?.health === undefined
          ? []
          : [`coalesce((health::json ->> 'revision')::integer, 0) = ${parameter(expected.health)}`]),
        ...(expected?.failingSince === undefined
          ? []
          : [`(${failing}) = ${parameter(expected.failingSince)}`]),
      ]
      const [updated] = await query(
        `WITH s AS (
           UPDATE ${schema}.subscriptions SET ${['updated_at = $2', ...sets].join(', ')}
           WHERE ${['id = $1', ...conditions].join(' AND ')} RETURNING *
         )
         SELECT ${SUBSCRIPTION_COLUMNS} FROM s LEFT JOIN ${schema}.lanes l ON l.subscription_id = s.id`,
        values,
      )
      return updated ?? null
    },
    remove: async (id) => {
      await database.query(`DELETE FROM ${schema}.subscriptions WHERE id = $1`, [toText(id)])
    },
  }
}
