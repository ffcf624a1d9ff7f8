import { describeDyingAtBoundaries } from '@swigs/webhooks-dispatcher/contracts'
import { testSize } from '../../../../tools/test-size.js'
import { sharedSchema } from '../shared-schema.js'

describeDyingAtBoundaries('PostgreSQL', sharedSchema, testSize)
