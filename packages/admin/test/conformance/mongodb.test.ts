import { describe } from 'vitest'
import { MONGO_WAYS } from '../../../../tools/mongo-server/test-mongo.js'
import { testSize } from '../../../../tools/test-size.js'
import { mongoUri } from '../storages.js'
import { describeConformance, EVERY_MOUNT } from './describe-conformance.js'

const missing = mongoUri === null ? ` (not here: no MongoDB: ${MONGO_WAYS})` : ''

describe.skipIf(mongoUri === null)(`on a MongoDB${missing}`, () => {
  describeConformance(testSize === 'long' ? EVERY_MOUNT : ['Express 5'], 'MongoDB')
})
