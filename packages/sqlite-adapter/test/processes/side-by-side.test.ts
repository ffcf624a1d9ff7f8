import { describeSideBySide } from '../../../../tools/process-harness/index.js'
import { testSize } from '../../../../tools/test-size.js'
import { sharedFile } from '../shared-file.js'

describeSideBySide('one SQLite file', sharedFile, testSize)
