import { describeFleet } from '@swigs/webhooks-dispatcher/contracts'
import { testSize } from '../../../../tools/test-size.js'
import { sharedSchema } from '../shared-schema.js'

describeFleet('PostgreSQL', sharedSchema, testSize)
