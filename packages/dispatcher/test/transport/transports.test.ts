import { ofetchTransport } from '../../src/adapters/ofetch-transport.js'
import { bottleneckTransport } from '../../src/adapters/bottleneck-transport.js'
import { undiciTransport } from '../../src/adapters/undici-transport.js'
import { describeTransport } from '../../src/testing/describe-transport.js'

describeTransport('undiciTransport', () => undiciTransport())
describeTransport('ofetchTransport', () => ofetchTransport(), { inflates: true })
describeTransport('bottleneckTransport', () => bottleneckTransport(undiciTransport(), { maxConcurrent: 5 }))
