import { testSize } from '../../../../tools/test-size.js'
import { describeConformance, EVERY_MOUNT } from './describe-conformance.js'

// What a mount does is the same on every storage, and what a storage does through every mount: one of each here.
describeConformance(testSize === 'long' ? EVERY_MOUNT : ['fetch'], 'SQLite')
