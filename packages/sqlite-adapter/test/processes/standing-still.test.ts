import { describeStandingStill } from '../../../../tools/process-harness/index.js'
import { testSize } from '../../../../tools/test-size.js'
import { sharedFile } from '../shared-file.js'

describeStandingStill('one SQLite file', sharedFile, testSize)
