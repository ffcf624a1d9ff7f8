const mongoose = require('mongoose')

/** The app's own view of its subscriptions; @swigs/webhooks-mongoose-adapter reads and writes the same documents. */
const WebhookSubscriptionSchema = new mongoose.Schema(
  {
    appName: { type: String, required: true },
    appSecret: { type: String, required: true },
    url: { type: String, required: true },
    events: [
      {
        type: String,
        enum: [
          'order.created',
          'order.paid',
          'order.status_changed',
          'order.shipped',
          'customer.created',
          'customer.updated',
        ],
      },
    ],
    filters: { siteIds: [mongoose.Schema.Types.ObjectId] },
    isActive: { type: Boolean, default: true },
    stats: {
      totalSent: { type: Number, default: 0 },
      totalFailed: { type: Number, default: 0 },
      lastSentAt: Date,
      lastError: String,
    },
  },
  { timestamps: true },
)

module.exports = mongoose.model('WebhookSubscription', WebhookSubscriptionSchema)
