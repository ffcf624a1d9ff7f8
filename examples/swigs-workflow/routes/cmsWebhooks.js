const express = require('express')
const { swigsEvents } = require('@swigs/webhooks-protocol')
const { createReceiver } = require('@swigs/webhooks-receiver')
const { expressReceiver } = require('@swigs/webhooks-receiver/express')
const triggerService = require('../services/automation/triggerService')

const router = express.Router()

const receiver = createReceiver({
  secret: process.env.CMS_WEBHOOK_SECRET,
  events: swigsEvents,
  onAny: ({ event, data }) => triggerService.fireTrigger(event, data),
})

router.post('/cms', expressReceiver(receiver))

module.exports = router
