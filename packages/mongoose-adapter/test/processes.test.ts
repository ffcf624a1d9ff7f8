import { describeFleet } from '../../../tools/process-harness/describe-fleet.js'
import { describeProcesses } from '../../../tools/process-harness/describe-processes.js'
import { sharedDatabase } from './shared-database.js'
import { describeOnMongo } from './support.js'

describeOnMongo('on MongoDB', () => {
  describeProcesses('MongoDB', sharedDatabase)
  describeFleet('MongoDB', sharedDatabase)
})
