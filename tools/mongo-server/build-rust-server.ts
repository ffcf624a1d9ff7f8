/** `npm run build-mongo`: the fastest MongoDB for the tests that needs no download from MongoDB, built once. */
import { buildRustServer } from './secantus.js'

console.log(
  buildRustServer()
    ? 'secantusd-rs is there'
    : 'No secantusd-rs: it needs cargo and a C compiler. The tests take another MongoDB.',
)
