import { library } from '../../tools/tsup-library.js'

export default library(
  {
    index: 'src/index.ts',
    'storage-kit': 'src/storage-kit/index.ts',
    ofetch: 'src/adapters/ofetch-transport.ts',
    bottleneck: 'src/adapters/bottleneck-transport.ts',
    testing: 'src/testing/index.ts',
  },
  {
    esmOnly: {
      contracts: 'src/testing/contracts.ts',
      processes: 'src/testing/processes/index.ts',
      'process-worker': 'src/testing/processes/worker.ts',
    },
    inlined: ['p-retry', 'is-network-error'],
  },
)
