// A process of its own: closes its transports in the middle of a TLS handshake, and then has nothing to live for.
import { ipaddrGuard } from '../../src/adapters/ipaddr-guard.js'
import { ofetchTransport } from '../../src/adapters/ofetch-transport.js'
import { undiciTransport } from '../../src/adapters/undici-transport.js'

const guard = ipaddrGuard({ allow: ['127.0.0.0/8'] })
const transports = [undiciTransport(), ofetchTransport()]
const replies = transports.map((transport) =>
  transport.send({ url: process.argv[2] ?? '', headers: {}, body: '{}', timeoutMs: 600_000, guard }),
)
process.once('message', async () => {
  process.disconnect()
  await Promise.all(transports.map((transport) => transport.close()))
  process.stdout.write(JSON.stringify(await Promise.all(replies)))
})
