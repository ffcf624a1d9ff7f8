import { describeKilledAtRandom } from '@swigs/webhooks-dispatcher/contracts'
import { sharedToy } from '../shared-toy.js'

describeKilledAtRandom('toyStorage', sharedToy)
