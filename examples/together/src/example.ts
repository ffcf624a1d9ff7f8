/** `npm run example`: both apps on a MongoDB, a subscription, an order that is paid and shipped, and what fired. */
import { setTimeout as sleep } from 'node:timers/promises'
import { startMongo } from '../../../tools/mongo-server/start-mongo.js'
import { MONGO_WAYS } from '../../../tools/mongo-server/test-mongo.js'
import { withDatabase } from '../../../tools/mongo-server/with-database.js'
import { registerSubscription } from './register-subscription.js'
import { shopOn, type Shop } from './shop.js'
import { startApps, type Apps } from './start-apps.js'

/** No measure of anything: what ends an example that is stuck, however busy the machine. */
const DEADLINE_MS = 600_000
const say = (text: string) => console.log(text)

const expectStatus = (what: string, { status, body }: { status: number; body: unknown }, wanted: number) => {
  say(`  ${what}: ${status}`)
  if (status !== wanted) throw new Error(`${what}: expected ${wanted}, got ${status} ${JSON.stringify(body)}`)
}

const untilFired = async (shop: Shop, count: number) => {
  for (;;) {
    const fired = await shop.automations()
    if (fired.length >= count) return fired
    await sleep(50)
  }
}

const tell = async (apps: Apps) => {
  const shop = shopOn(apps)
  const admin = await shop.adminToken()

  say('\nAn admin registers swigs-workflow, with curl:')
  const registered = await registerSubscription(apps, admin)
  expectStatus('POST /api/webhooks', registered, 201)
  const { id } = registered.body as { id: string }

  say('\nA customer signs up, orders, changes the profile; Stripe says that it is paid; it is shipped:')
  const signedUp = await shop.register('ada@example.com')
  expectStatus('POST /api/customers/register', signedUp, 201)
  const { token } = signedUp.body as { token: string }
  const ordered = await shop.placeOrder(token)
  expectStatus('POST /api/orders (dispatched after the save)', ordered, 201)
  const { _id: orderId } = ordered.body as { _id: string }
  expectStatus(
    'PUT /api/customers/profile',
    await shop.updateProfile(token, { phone: '+41 22 000 00 00' }),
    200,
  )
  expectStatus('POST /api/stripe/webhook', await shop.pay(orderId), 200)
  const shipment = {
    status: 'shipped',
    trackingNumber: 'TRK1',
    trackingUrl: 'https://track.example.com/TRK1',
  }
  expectStatus('PUT /api/orders/:id/status', await shop.setStatus(admin, orderId, shipment), 200)
  let expected = 6

  const transactional = await shop.placeOrder(token, '/in-transaction')
  if (transactional.status === 501)
    say(
      '  POST /api/orders/in-transaction: not shown, this MongoDB has no transactions (it is no replica set)',
    )
  else {
    expectStatus('POST /api/orders/in-transaction (committed with the order)', transactional, 201)
    expected += 1
  }
  expectStatus(
    'POST /api/webhooks/:id/test',
    await shop.send('POST', `/api/webhooks/${id}/test`, undefined, admin),
    200,
  )
  expected += 1

  say('\nWhat swigs-workflow did about it, each event verified:')
  for (const { automation, event, subject } of await untilFired(shop, expected))
    say(`  ${event.padEnd(21)} ${automation.padEnd(19)} "${subject}"`)

  for (;;) {
    const { body } = await shop.send('GET', `/api/webhooks/${id}`, undefined, admin)
    if (body.stats.totalSent < expected) {
      await sleep(50)
      continue
    }
    say(`\nGET /api/webhooks/:id: sent ${body.stats.totalSent}, failed ${body.stats.totalFailed}`)
    return
  }
}

const run = async () => {
  const mongo = await startMongo()
  if (!mongo) throw new Error(`No MongoDB: ${MONGO_WAYS}.`)
  say(`MongoDB: ${mongo.kind}`)
  try {
    const apps = await startApps(withDatabase(mongo.uri, `webhooks-example-${process.pid}`))
    say(`cms-backend on ${apps.cms.url}, swigs-workflow on ${apps.workflow.url}`)
    await tell(apps).finally(() => apps.stop())
  } finally {
    await mongo.stop()
  }
}

const late = setTimeout(() => {
  console.error(`The example did not end within ${DEADLINE_MS / 1_000} s`)
  process.exit(1)
}, DEADLINE_MS)
try {
  await run()
} catch (error) {
  console.error(`\nThe example failed: ${(error as Error).message}`)
  process.exitCode = 1
} finally {
  clearTimeout(late)
}
