import { describeReplayed } from '../../../../tools/process-harness/index.js'
import { testSize } from '../../../../tools/test-size.js'
import { sharedSchema } from '../shared-schema.js'

describeReplayed('PostgreSQL', sharedSchema, testSize)
