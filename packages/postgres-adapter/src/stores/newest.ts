import type { PageQuery } from '@swigs/webhooks-dispatcher/storage-kit'
import type { Value } from '../drivers/database.js'
import { toText } from '../text.js'

/** What restricts a list beside its page; what is `undefined` does not. */
export interface Restrictions {
  /** Columns that must have a value. */
  readonly equal?: Readonly<Record<string, Value | undefined>>
  readonly since?: number | undefined
  readonly until?: number | undefined
}

/** The clauses of a page by `(at, id)`, newest first. */
export const newest = (
  { at, id }: { readonly at: string; readonly id: string },
  { after, limit }: PageQuery,
  { equal = {}, since, until }: Restrictions = {},
): { where: string; order: string; values: Value[] } => {
  const values: Value[] = []
  const parameter = (value: Value) => `$${values.push(value)}`
  const conditions = Object.entries(equal).flatMap(([column, value]) =>
    value === undefined ? [] : `${column} = ${parameter(value)}`,
  )
  if (since !== undefined) conditions.push(`${at} >= ${parameter(since)}`)
  if (until !== undefined) conditions.push(`${at} < ${parameter(until)}`)
  if (after) conditions.push(`(${at}, ${id}) < (${parameter(after.at)}, ${parameter(toText(after.id))})`)
  return {
    where: conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '',
    order: `ORDER BY ${at} DESC, ${id} DESC LIMIT ${parameter(limit)}`,
    values,
  }
}
