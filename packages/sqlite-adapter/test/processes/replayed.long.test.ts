import { describeReplayed } from '@swigs/webhooks-dispatcher/contracts'
import { testSize } from '../../../../tools/test-size.js'
import { sharedFile } from '../shared-file.js'

describeReplayed('one SQLite file', sharedFile, testSize)
