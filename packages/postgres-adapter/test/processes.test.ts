import { describeFleet } from '../../../tools/process-harness/describe-fleet.js'
import { describeProcesses } from '../../../tools/process-harness/describe-processes.js'
import { sharedSchema } from './shared-schema.js'

describeProcesses('PostgreSQL', sharedSchema)
describeFleet('PostgreSQL', sharedSchema)
