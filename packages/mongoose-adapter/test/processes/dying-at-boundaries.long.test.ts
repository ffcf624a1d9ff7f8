import { describeDyingAtBoundaries } from '@swigs/webhooks-dispatcher/contracts'
import { testSize } from '../../../../tools/test-size.js'
import { sharedDatabase } from '../shared-database.js'
import { describeOnMongo } from '../support.js'

describeOnMongo('on MongoDB', () => describeDyingAtBoundaries('MongoDB', sharedDatabase, testSize))
