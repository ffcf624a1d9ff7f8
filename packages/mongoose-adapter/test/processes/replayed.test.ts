import { describeReplayed } from '../../../../tools/process-harness/index.js'
import { testSize } from '../../../../tools/test-size.js'
import { sharedDatabase } from '../shared-database.js'
import { describeOnMongo } from '../support.js'

describeOnMongo('on MongoDB', () => describeReplayed('MongoDB', sharedDatabase, testSize))
