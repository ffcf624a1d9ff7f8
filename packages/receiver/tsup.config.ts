import { library } from '../../tools/tsup-library.js'

export default library({
  index: 'src/index.ts',
  express: 'src/express.ts',
  fastify: 'src/fastify.ts',
  fetch: 'src/fetch.ts',
  node: 'src/node.ts',
  otel: 'src/otel.ts',
  testing: 'src/testing.ts',
})
