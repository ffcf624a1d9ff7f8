import { createHash, randomBytes } from 'node:crypto'
import { v7 as uuidv7 } from 'uuid'
import type { Ids } from '../ports/ids.js'

const timeSorted = (): string => uuidv7().replaceAll('-', '')

/** UUIDv7 (RFC 9562) for ids that sort by time; SHA-256 for those that a key makes; `Math.random` for jitter. */
export const systemIds = (): Ids => ({
  eventId: () => `evt_${timeSorted()}`,
  subscriptionId: () => `sub_${timeSorted()}`,
  replayId: () => `rpl_${timeSorted()}`,
  idempotentEventId: (type, key) =>
    `evt_${createHash('sha256').update(`${type}\n${key}`).digest('base64url').slice(0, 32)}`,
  token: () => randomBytes(12).toString('base64url'),
  random: Math.random,
})
