const mongoose = require('mongoose')
const { createApp } = require('./app')
const { port, mongoUri } = require('./config')
const WebhookSubscription = require('./models/WebhookSubscription')
const webhookDispatcher = require('./services/webhookDispatcher')

const start = async () => {
  await mongoose.connect(mongoUri)
  await webhookDispatcher.start()
  console.log(`${await WebhookSubscription.countDocuments({ isActive: true })} active webhook subscriptions`)
  const server = createApp().listen(port, () => {
    console.log(`cms-backend listens on http://127.0.0.1:${server.address().port}`)
  })
  process.once('SIGTERM', async () => {
    server.close()
    await webhookDispatcher.stop()
    await mongoose.disconnect()
  })
}

start().catch((error) => {
  console.error('cms-backend did not start:', error.message)
  process.exit(1)
})
