const express = require('express')
const cmsWebhooks = require('./routes/cmsWebhooks')
const triggerService = require('./services/automation/triggerService')

exports.createApp = () => {
  const app = express()
  app.disable('x-powered-by')
  // What was signed are bytes: the receiver reads them itself, before any parser.
  app.use('/api/webhooks', cmsWebhooks)
  app.get('/automations', (_req, res) => res.json(triggerService.fired()))
  return app
}
