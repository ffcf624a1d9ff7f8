const { adminRouter } = require('@swigs/webhooks-admin/express')
const { protect, authorize } = require('../middleware/auth')
const webhookDispatcher = require('../services/webhookDispatcher')

module.exports = adminRouter(webhookDispatcher, {
  guards: [protect, authorize('admin', 'superadmin')],
  actor: (req) => req.user.id,
})
