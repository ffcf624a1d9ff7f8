const Order = require('../models/Order')

/** Marks an order paid. The same payment again finds it as it is; `null` when there is no such order. */
exports.confirmOrderPayment = async (orderId, { method, transactionId }) => {
  const payment = { method, transactionId, paidAt: new Date() }
  const unpaid = { _id: String(orderId), status: 'pending' }
  const paid = await Order.findOneAndUpdate(unpaid, { status: 'paid', payment }, { returnDocument: 'after' })
  return paid ?? Order.findOne({ _id: String(orderId), 'payment.transactionId': transactionId })
}
