import { describeDyingAtBoundaries } from '@swigs/webhooks-dispatcher/contracts'
import { sharedToy } from '../shared-toy.js'

describeDyingAtBoundaries('toyStorage', sharedToy)
