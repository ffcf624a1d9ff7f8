import type { mongo } from 'mongoose'
import type { LaneDocument } from '../documents.js'

/** Who holds these lanes. */
export const tokensOf = async (
  lanes: mongo.Collection<LaneDocument>,
  ids: readonly string[],
): Promise<Map<string, string | null>> => {
  const found = lanes.find({ _id: { $in: [...new Set(ids)] } })
  const rows = await found.project<{ _id: string; token: string | null }>({ token: 1 }).toArray()
  return new Map(rows.map(({ _id, token }) => [_id, token]))
}
