import type { mongo } from 'mongoose'

/** Where ObjectIds come from. */
export interface IdMaker {
  readonly ObjectId: typeof mongo.ObjectId
}

const HEX = /^[0-9a-f]{24}$/

/** An ObjectId of its canonical hex form; anything else is no id. */
export const toObjectId = ({ ObjectId }: IdMaker, id: string): mongo.ObjectId | null =>
  HEX.test(id) ? new ObjectId(id) : null
