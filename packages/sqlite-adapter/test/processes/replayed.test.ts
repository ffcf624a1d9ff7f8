import { describeReplayed } from '../../../../tools/process-harness/index.js'
import { testSize } from '../../../../tools/test-size.js'
import { sharedFile } from '../shared-file.js'

describeReplayed('one SQLite file', sharedFile, testSize)
