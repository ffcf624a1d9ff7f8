import type { Replay } from '../core/replay.js'

const isInstant = (value: unknown): boolean => Number.isFinite(value)
const isText = (value: unknown): boolean => typeof value === 'string'
const isTextOrNull = (value: unknown): boolean => value === null || isText(value)
const isFlag = (value: unknown): boolean => typeof value === 'boolean'
const oneOf = (values: readonly string[]) => (value: unknown) => values.includes(value as string)

const FIELDS: { readonly [K in keyof Replay]: (value: unknown) => boolean } = {
  id: isText,
  revision: isText,
  state: oneOf(['running', 'done', 'cancelled']),
  which: oneOf(['failed', 'missing', 'all']),
  subscriptionId: isTextOrNull,
  type: isTextOrNull,
  siteId: isTextOrNull,
  since: isInstant,
  until: isInstant,
  bySettled: isFlag,
  createdAt: isInstant,
  total: isInstant,
  atLeast: isFlag,
  done: isInstant,
  sent: isInstant,
  cursor: (value) =>
    value === null ||
    (isInstant((value as { at?: unknown } | undefined)?.at) && isText((value as { id?: unknown }).id)),
  leaseUntil: isInstant,
  finishedAt: (value) => value === null || isInstant(value),
}

/** A replay that was stored as a record. @throws Error naming the field that is not what it must be */
export const toReplay = (record: unknown): Replay => {
  for (const [field, isSound] of Object.entries(FIELDS))
    if (!isSound((record as Record<string, unknown> | null)?.[field]))
      throw new Error(`${field} is not what it must be`)
  return record as Replay
}
