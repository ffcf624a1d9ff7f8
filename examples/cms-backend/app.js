const express = require('express')
const { handleErrors } = require('./middleware/errors')
const authRoutes = require('./routes/auth')
const customerRoutes = require('./routes/customers')
const orderRoutes = require('./routes/orders')
const stripeRoutes = require('./routes/stripe')
const webhookRoutes = require('./routes/webhooks')

exports.createApp = () => {
  const app = express()
  app.disable('x-powered-by')
  // Stripe signs bytes: its route comes before the parser.
  app.use('/api/stripe', stripeRoutes)
  app.use(express.json())
  app.use('/api/auth', authRoutes)
  app.use('/api/orders', orderRoutes)
  app.use('/api/customers', customerRoutes)
  app.use('/api/webhooks', webhookRoutes)
  app.use((_req, res) => res.status(404).json({ message: 'Not found' }))
  app.use(handleErrors)
  return app
}
