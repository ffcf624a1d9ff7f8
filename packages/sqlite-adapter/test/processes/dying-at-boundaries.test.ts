import { describeDyingAtBoundaries } from '@swigs/webhooks-dispatcher/contracts'
import { testSize } from '../../../../tools/test-size.js'
import { sharedFile } from '../shared-file.js'

describeDyingAtBoundaries('one SQLite file', sharedFile, testSize)
