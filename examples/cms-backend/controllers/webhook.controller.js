const Stripe = require('stripe')
const { stripeWebhookSecret } = require('../config')
const { confirmOrderPayment } = require('../services/confirmOrderPayment')
const webhookDispatcher = require('../services/webhookDispatcher')

const verified = (req) => {
  try {
    return Stripe.webhooks.constructEvent(
      req.body,
      req.headers['stripe-signature'] ?? '',
      stripeWebhookSecret,
    )
  } catch (error) {
    if (error.type !== 'StripeSignatureVerificationError') throw error
    return null
  }
}

/** What Stripe tells us. It repeats an event until it is answered: the event's id makes ours the same one each time. */
exports.handleStripeWebhook = async (req, res) => {
  const stripeEvent = verified(req)
  if (!stripeEvent) return res.status(400).json({ message: 'Invalid signature' })
  if (stripeEvent.type === 'checkout.session.completed') await checkoutCompleted(stripeEvent)
  res.json({ received: true })
}

const checkoutCompleted = async (stripeEvent) => {
  const {
    metadata,
    payment_intent: transactionId,
    payment_method_types: [method] = [],
  } = stripeEvent.data.object
  const order = await confirmOrderPayment(metadata?.orderId, { method, transactionId })
  if (!order) return

  await webhookDispatcher.dispatch(
    'order.paid',
    {
      orderId: order._id,
      orderNumber: order.orderNumber,
      customer: order.customer,
      items: order.items,
      total: order.total,
      payment: {
        method: order.payment.method,
        transactionId: order.payment.transactionId,
        paidAt: order.payment.paidAt,
      },
      siteId: order.site,
    },
    { siteId: order.site, idempotencyKey: stripeEvent.id },
  )
}
