/** The process that is woken: it polls once a minute. */
import { createDispatcher } from '@swigs/webhooks-dispatcher'
import { openStorage } from './places.js'

const { storage, close } = await openStorage(process.argv[2] ?? '')
const webhooks = createDispatcher({
  storage,
  pollIntervalMs: 60_000,
  rateLimit: false,
  network: { allowHttp: true, allow: ['127.0.0.0/8'] },
})
await webhooks.start()
process.on(
  'disconnect',
  () =>
    void webhooks
      .stop()
      .then(close)
      .then(() => process.exit(0)),
)
process.send?.('ready')
