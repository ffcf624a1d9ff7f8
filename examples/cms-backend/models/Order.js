const mongoose = require('mongoose')

const STATUSES = ['pending', 'paid', 'processing', 'shipped', 'delivered', 'cancelled']

const OrderSchema = new mongoose.Schema(
  {
    orderNumber: { type: String, required: true, unique: true },
    site: { type: mongoose.Schema.Types.ObjectId, required: true },
    customer: {
      _id: { type: mongoose.Schema.Types.ObjectId, ref: 'Customer', required: true },
      email: String,
      firstName: String,
      lastName: String,
    },
    items: [{ _id: false, sku: String, name: String, quantity: Number, price: Number }],
    total: { type: Number, required: true },
    status: { type: String, enum: STATUSES, default: 'pending' },
    payment: { method: String, transactionId: String, paidAt: Date },
    shipping: { carrier: String, trackingNumber: String, trackingUrl: String, shippedAt: Date },
  },
  { timestamps: true },
)

module.exports = mongoose.model('Order', OrderSchema)
module.exports.STATUSES = STATUSES
