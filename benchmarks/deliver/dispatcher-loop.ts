import { createDispatcher, type Storage } from '@swigs/webhooks-dispatcher'
import { measured, type Measured } from '../measured.js'
import { data, DELIVERIES, IN_FLIGHT, SUBSCRIPTIONS } from './settings.js'

/** End to end: dispatch, store, fan out, sign, send, complete. */
export const dispatcherLoop = async (url: string, storage: Storage): Promise<Measured> => {
  let delivered = 0
  let finish = (): void => undefined
  const finished = new Promise<void>((resolve) => (finish = resolve))
  const webhooks = createDispatcher({
    storage,
    concurrency: IN_FLIGHT,
    rateLimit: false,
    network: { allowHttp: true, allow: ['127.0.0.0/8'] },
    observer: ({ name }) => {
      if (name === 'delivery.delivered' && ++delivered === DELIVERIES) finish()
    },
  })
  for (let index = 0; index < SUBSCRIPTIONS; index += 1)
    await webhooks.subscriptions.create({
      appName: `app-${index}`,
      url: `${url}/${index}`,
      events: ['order.created'],
    })
  await webhooks.start()
  const figures = await measured(async () => {
    await Promise.all(
      Array.from({ length: DELIVERIES / SUBSCRIPTIONS }, () => webhooks.dispatch('order.created', data)),
    )
    await finished
  })
  await webhooks.stop()
  return figures
}
