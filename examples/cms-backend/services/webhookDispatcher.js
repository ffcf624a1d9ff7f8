const mongoose = require('mongoose')
const { createDispatcher, optionsFromEnv } = require('@swigs/webhooks-dispatcher')
const { mongooseStorage } = require('@swigs/webhooks-mongoose-adapter')
const { swigsEvents } = require('@swigs/webhooks-protocol')
const { network } = require('../config')

module.exports = createDispatcher({
  storage: mongooseStorage(mongoose.connection),
  events: swigsEvents,
  network,
  ...optionsFromEnv(process.env),
})
