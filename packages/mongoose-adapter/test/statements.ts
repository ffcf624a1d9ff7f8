import type { Connection } from 'mongoose'
import { INDEXES } from '../src/indexes.js'

type Filter = Readonly<Record<string, unknown>>
type Sort = Readonly<Record<string, 1 | -1>>

/** A command that looks for documents, as the driver sends it. */
export interface Statement {
  readonly collection: string
  readonly filter: Filter
  readonly sort: Sort
  /** The command itself, to explain. */
  readonly command: Readonly<Record<string, unknown>>
}

const plain = (value: unknown): Readonly<Record<string, never>> =>
  (value instanceof Map ? Object.fromEntries(value) : (value ?? {})) as Record<string, never>

const SESSION = new Set([
  'lsid',
  '$db',
  'txnNumber',
  '$clusterTime',
  '$readPreference',
  'writeConcern',
  'readConcern',
])

/** Every find, count, aggregate, update and delete that a client sends from now on. */
export const recordStatements = (connection: Connection): Statement[] => {
  const statements: Statement[] = []
  connection.getClient().on('commandStarted', ({ commandName, command: sent }) => {
    const command = Object.fromEntries(Object.entries(sent).filter(([key]) => !SESSION.has(key)))
    const collection = String(command[commandName])
    const note = (filter: unknown, sort: unknown, explained: Record<string, unknown>) =>
      statements.push({ collection, filter: plain(filter), sort: plain(sort), command: explained })
    if (commandName === 'find') note(command['filter'], command['sort'], command)
    else if (commandName === 'findAndModify') note(command['query'], command['sort'], command)
    else if (commandName === 'aggregate') {
      const [first] = command['pipeline'] as { $match?: Filter }[]
      note(first?.$match, {}, { ...command, cursor: {} })
    } else if (commandName === 'update' || commandName === 'delete')
      for (const each of command[`${commandName}s`] as { q: Filter }[])
        note(each.q, {}, { [commandName]: collection, [`${commandName}s`]: [each] })
  })
  return statements
}

interface Index {
  readonly key: Readonly<Record<string, unknown>>
  readonly partialFilterExpression?: unknown
}

const isEquality = (condition: unknown): boolean =>
  typeof condition !== 'object' ||
  condition === null ||
  condition instanceof Date ||
  '$in' in condition ||
  '_bsontype' in condition

/** Whether an equality is among what a partial index holds: the same value, or a greater one than its `$gt`. */
const isWithin = (value: unknown, condition: unknown): boolean =>
  typeof condition === 'object' && condition !== null && '$gt' in condition
    ? typeof value === 'number' && value > Number(condition.$gt)
    : value === condition

/** Whether an index serves a filter and gives its sort: equalities first, then the sort, or at least one field of the filter. */
const serves = ({ key, partialFilterExpression }: Index, { filter, sort }: Statement): boolean => {
  const partial = Object.entries((partialFilterExpression ?? {}) as Filter)
  if (partial.some(([field, condition]) => !isWithin(filter[field], condition))) return false
  const fields = Object.entries(key) as [string, 1 | -1][]
  const wanted = Object.entries(sort)
  const equal = new Set(Object.keys(filter).filter((field) => isEquality(filter[field])))
  let used = 0
  while (
    used < fields.length &&
    equal.has(fields[used]?.[0] ?? '') &&
    !(wanted.length > 0 && fields[used]?.[0] === wanted[0]?.[0])
  )
    used += 1
  // A partial index too is looked at only where the filter names its first field.
  if (wanted.length === 0) return used > 0 || (fields[0]?.[0] ?? '') in filter
  // Nearly all events are fanned out: their state may be looked at row by row. Nothing else may.
  const mustBeUsed = [...equal].filter((field) => field !== 'state' && !(field in sort))
  if (mustBeUsed.length > 0 && used === 0) return false
  const rest = fields.slice(used, used + wanted.length)
  const follows = (turn: 1 | -1) =>
    rest.length === wanted.length &&
    wanted.every(
      ([field, direction], place) => rest[place]?.[0] === field && rest[place]?.[1] === direction * turn,
    )
  return follows(1) || follows(-1)
}

const KEYS: Readonly<Record<string, keyof typeof INDEXES>> = {
  webhooksubscriptions: 'subscriptions',
  webhookevents: 'events',
  webhookdeliveries: 'deliveries',
  webhookattempts: 'attempts',
  webhooklanes: 'lanes',
  webhookreplays: 'replays',
  webhookmetrics: 'metrics',
}

/** Whether a statement insists on ids: what belongs to an event is found by them, and put in order as it is found. */
export const insistsOnIds = ({ command }: Statement): boolean => '_id' in plain(command['hint'])

const namesIds = (filter: Filter): boolean =>
  '_id' in filter || ('$or' in filter && (filter['$or'] as Filter[]).every(namesIds))

/** The names of the indexes that serve a statement; `_id_` is always there. */
export const servedBy = (statement: Statement, without?: string): string[] => {
  if (insistsOnIds(statement)) return namesIds(statement.filter) ? ['_id_'] : []
  const specs = [...(INDEXES[KEYS[statement.collection] ?? 'lanes'] as readonly (Index & { name: string })[])]
  return [...specs, { key: { _id: 1 }, name: '_id_' }]
    .filter(({ name }) => name !== without)
    .filter((index) => serves(index, statement))
    .map(({ name }) => name)
}

/** A statement in words, without its values. */
export const describeStatement = ({ collection, filter, sort }: Statement): string =>
  `${collection} by ${Object.keys(filter).join(', ')}${Object.keys(sort).length > 0 ? ` in order of ${Object.keys(sort).join(', ')}` : ''}`
