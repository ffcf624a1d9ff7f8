import { describeSideBySide } from '@swigs/webhooks-dispatcher/contracts'
import { sharedToy } from '../shared-toy.js'

describeSideBySide('toyStorage', sharedToy)
