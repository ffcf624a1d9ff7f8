import { describeConformance, EVERY_MOUNT } from './describe-conformance.js'

describeConformance(EVERY_MOUNT, 'memory')
