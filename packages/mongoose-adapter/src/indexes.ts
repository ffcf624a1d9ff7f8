import type { mongo } from 'mongoose'
import type { Collections } from './collections.js'
import { isUnavailable } from './errors.js'

type CollectionKey = 'subscriptions' | 'events' | 'deliveries' | 'attempts' | 'lanes' | 'replays' | 'metrics'
type IndexSpec = mongo.IndexDescription & { readonly name: string }

const pending = { partialFilterExpression: { state: 0 } }
/** Failed and cancelled. Delivered ones have no index of their own: nearly all are, and each would be written twice over. */
const givenUp = { partialFilterExpression: { state: { $gt: 1 } } }

/**
 * What each collection needs; a statement without its index scans. Partial ones hold the small part that is not done, and
 * are used for an equality on `state` alone (measured: not for `$lt`, `$in` of two, or no state). What is asked for by event is
 * found by `_id`: the ids of deliveries and attempts begin with their event's. Each index of deliveries is written for every
 * one of them, and those of what is pending again when it settles.
 */
export const INDEXES: Readonly<Record<CollectionKey, readonly IndexSpec[]>> = {
  subscriptions: [
    { key: { events: 1 }, name: 'webhooks_matching' },
    { key: { createdAt: -1, _id: -1 }, name: 'webhooks_newest' },
  ],
  events: [
    { key: { sweepAt: 1 }, name: 'webhooks_unfanned', ...pending },
    { key: { acceptedAt: -1, _id: -1 }, name: 'webhooks_newest' },
    { key: { type: 1, acceptedAt: -1, _id: -1 }, name: 'webhooks_type' },
    { key: { siteId: 1, acceptedAt: -1, _id: -1 }, name: 'webhooks_site' },
  ],
  deliveries: [
    { key: { lane: 1, dueAt: 1, _id: 1 }, name: 'webhooks_due', ...pending },
    // With times in it, what is due is counted, and what is put off too far found, without looking at other documents.
    {
      key: { state: 1, createdAt: -1, _id: -1, dueAt: 1, writtenAt: 1 },
      name: 'webhooks_waiting',
      ...pending,
    },
    { key: { createdAt: -1, _id: -1 }, name: 'webhooks_newest' },
    { key: { lane: 1, createdAt: -1, _id: -1 }, name: 'webhooks_lane' },
    { key: { lane: 1, state: 1, createdAt: -1, _id: -1 }, name: 'webhooks_lane_given_up', ...givenUp },
    { key: { state: 1, createdAt: -1, _id: -1 }, name: 'webhooks_given_up', ...givenUp },
  ],
  attempts: [],
  lanes: [
    { key: { slice: 1, dueAt: 1, leaseUntil: 1 }, name: 'webhooks_slice' },
    { key: { dueAt: 1, leaseUntil: 1 }, name: 'webhooks_due' },
  ],
  replays: [
    { key: { createdAt: -1, _id: -1 }, name: 'webhooks_newest' },
    { key: { running: 1, createdAt: -1, _id: -1 }, name: 'webhooks_running' },
  ],
  metrics: [{ key: { state: 1, at: 1 }, name: 'webhooks_by_time' }],
}

/** What version 0.1 made, and no statement needs any more. */
const RETIRED: Readonly<Partial<Record<CollectionKey, readonly string[]>>> = {
  deliveries: [
    'webhooks_pending',
    'webhooks_failed',
    'webhooks_pending_newest',
    'webhooks_type',
    'webhooks_site',
    'webhooks_event',
  ],
}

/** MongoDB takes no more. */
const MOST_SECONDS = 2_147_483_647

/** Deletes what settled long ago. Never a pending one: `doneAt` is set when a delivery settles and unset by a resend. */
const settledTtl = (ms: number): IndexSpec => ({
  key: { doneAt: 1 },
  name: 'webhooks_settled_ttl',
  expireAfterSeconds: Math.min(Math.ceil(ms / 1_000), MOST_SECONDS),
  partialFilterExpression: { state: { $gt: 0 } },
})

const wanted = (settledTtlMs: number | null): [CollectionKey, readonly IndexSpec[]][] =>
  Object.entries(INDEXES).map(([key, specs]) => [
    key as CollectionKey,
    key === 'deliveries' && settledTtlMs !== null ? [...specs, settledTtl(settledTtlMs)] : specs,
  ])

/** Creates what is missing; answers what could not be made, in words, for the log. */
export const createIndexes = async (
  database: mongo.Db,
  collections: Collections,
  settledTtlMs: number | null,
): Promise<string[]> => {
  const problems: string[] = []
  for (const [key, specs] of wanted(settledTtlMs))
    for (const spec of specs)
      await createIndex(database, collections[key] as unknown as mongo.Collection, spec).catch(
        (error: unknown) => {
          problems.push(`${collections[key].collectionName}.${spec.name} (${refusalOf(error)})`)
        },
      )
  return problems
}

/** Why a server refused, in its own word; that it is away is thrown. */
const refusalOf = (error: unknown): string => {
  if (isUnavailable(error)) throw error
  const { codeName, name } = error as { codeName?: string; name?: string }
  return codeName ?? name ?? 'refused'
}

const OPTIONS_CONFLICT = 85

const createIndex = async (database: mongo.Db, collection: mongo.Collection, spec: IndexSpec) => {
  const { key, ...options } = spec
  const made = collection.createIndex(key as mongo.IndexSpecification, options as mongo.CreateIndexesOptions)
  await made.catch(async (error: unknown) => {
    const { expireAfterSeconds } = spec
    if ((error as { code?: unknown }).code !== OPTIONS_CONFLICT || expireAfterSeconds === undefined)
      throw error
    // The period of an index that is there cannot be changed by creating it again.
    const index = { name: spec.name, expireAfterSeconds }
    await database.command({ collMod: collection.collectionName, index })
  })
}

const NAMESPACE_NOT_FOUND = 26
const INDEX_NOT_FOUND = 27

const unless =
  (code: number) =>
  (error: unknown): [] => {
    if ((error as { code?: unknown }).code !== code) throw error
    return []
  }

const namesOn = async (collection: mongo.Collection): Promise<Set<string | undefined>> => {
  const found = await collection.indexes().catch(unless(NAMESPACE_NOT_FOUND))
  return new Set(found.map(({ name }) => name))
}

/** What became of indexes that are not needed any more, in words, for the log. */
export interface Retired {
  readonly dropped: readonly string[]
  readonly problems: readonly string[]
}

/** Drops what is not needed any more. */
export const dropRetired = async (collections: Collections): Promise<Retired> => {
  const dropped: string[] = []
  const problems: string[] = []
  for (const [key, retired] of Object.entries(RETIRED) as [CollectionKey, readonly string[]][]) {
    const collection = collections[key] as unknown as mongo.Collection
    const drop = async (name: string) => {
      // Two processes that start at once drop the same.
      await collection.dropIndex(name).catch(unless(INDEX_NOT_FOUND))
      dropped.push(`${collection.collectionName}.${name}`)
    }
    const refused = (what: string) => (error: unknown) => {
      problems.push(`${what} (not dropped: ${refusalOf(error)})`)
    }
    const names = await namesOn(collection).catch(refused(collection.collectionName))
    for (const name of retired)
      if (names?.has(name)) await drop(name).catch(refused(`${collection.collectionName}.${name}`))
  }
  return { dropped, problems }
}

/** Those that are not there, for the log of an app that makes its indexes itself. */
export const missingIndexes = async (
  collections: Collections,
  settledTtlMs: number | null,
): Promise<string[]> => {
  const missing: string[] = []
  for (const [key, specs] of wanted(settledTtlMs)) {
    const collection = collections[key] as unknown as mongo.Collection
    if (specs.length === 0) continue
    const names = await namesOn(collection)
    for (const { name } of specs)
      if (!names.has(name)) missing.push(`${collection.collectionName}.${name} (missing)`)
  }
  return missing
}
